"""When each job runs, in the co-op's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class JobSchedule:
    """Once every minute, hour or day; of the day from `begins` on. A turn unfinished after `lease` is taken again."""

    interval: Literal["minute", "hour", "day"]
    start_time: time = time(0)
    lease: timedelta = timedelta(minutes=15)

    def slot_at(self, local: datetime) -> str | None:
        """The minute, hour or day that is due at `local`, as a text that sorts as time goes; None before `begins`."""
        if self.interval == "day":
            return f"{local:%Y-%m-%d}" if local.time() >= self.start_time else None
        # with the offset: in autumn an hour comes twice
        utc = local - (local.utcoffset() or timedelta())
        return f"{utc:%Y-%m-%d %H:%M}" if self.interval == "minute" else f"{utc:%Y-%m-%d %H}"


JOB_SCHEDULES: dict[str, JobSchedule] = {
    "recover": JobSchedule("minute", lease=timedelta(minutes=2)),
    "scheduled-payments": JobSchedule("day", time(6)),
    "autopay": JobSchedule("day", time(6, 30)),
    "returns": JobSchedule("day", time(7)),
    "programs": JobSchedule("day", time(7, 30)),
    "arrangements": JobSchedule("day", time(7, 45)),  # after what was scheduled or returned in the morning
    "alerts": JobSchedule("hour"),
    "callouts": JobSchedule(
        "minute", lease=timedelta(minutes=2)
    ),  # which of them are due the job knows: every five minutes
}
"""Job → its times. A job that is not here runs only when it is asked for by name."""
