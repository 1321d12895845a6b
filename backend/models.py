"""Imports every module that defines a table, so that `Base.metadata` is complete wherever it is needed."""
# ruff: noqa: F401 - imported for their side effect

import backend.agent_handoff.models
import backend.alerts.models
import backend.arrangement.models
import backend.audit.models
import backend.autopay.models
import backend.billing.models
import backend.callout.models
import backend.consents.models
import backend.conversations.models
import backend.job_locks.models
import backend.logins.models
import backend.members.models
import backend.outage.models
import backend.outbox.models
import backend.payments.models
import backend.programs.models
import backend.staff.models
import backend.tickets.models
import backend.usage.models
