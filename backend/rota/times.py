"""When each job runs, in the co-op's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Times:
    """Once every minute, hour or day; of the day from `begins` on. A turn unfinished after `lease` is taken again."""

    every: Literal["minute", "hour", "day"]
    begins: time = time(0)
    lease: timedelta = timedelta(minutes=15)

    def slot(self, local: datetime) -> str | None:
        """The minute, hour or day that is due at `local`, as a text that sorts as time goes; None before `begins`."""
        if self.every == "day":
            return f"{local:%Y-%m-%d}" if local.time() >= self.begins else None
        # with the offset: in autumn an hour comes twice
        utc = local - (local.utcoffset() or timedelta())
        return f"{utc:%Y-%m-%d %H:%M}" if self.every == "minute" else f"{utc:%Y-%m-%d %H}"


TIMES: dict[str, Times] = {
    "recover": Times("minute", lease=timedelta(minutes=2)),
    "scheduled-payments": Times("day", time(6)),
    "autopay": Times("day", time(6, 30)),
    "returns": Times("day", time(7)),
    "programs": Times("day", time(7, 30)),
    "arrangements": Times("day", time(7, 45)),  # after what was scheduled or returned in the morning
    "alerts": Times("hour"),
    "callouts": Times("minute", lease=timedelta(minutes=2)),  # which of them are due the job knows: every five minutes
}
"""Job → its times. A job that is not here runs only when it is asked for by name."""
