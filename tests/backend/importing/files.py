"""A small set of good files, and changes to it."""

from __future__ import annotations

from pathlib import Path

LINES = '"Basic service charge=29.50; Energy, 800 kWh=82.90"'
GOOD = {
    "members": """number,name,kind,phone,email,language,mailing_address,holder_digits
00417,Benedict Rowe,residential,(555) 555-0123,benedict@example.com,en,,1234
88001,"Prairie Grain, LLC",commercial,+15555550124,,,PO Box 9,12-3456789
""",
    "accounts": """member,separator,service_address,status,opened_on,opening_balance
00417,001,7 Station Road,open,2012-05-01,
00417,002,7 Station Road (barn),open,,-25.00
88001,001,1 Elevator Lane,closed,2001-01-31,10.00
""",
    "bills": f"""account,number,issued_on,due_on,period_start,period_end,kwh,amount,paid,lines
00417-001,B-1,2026-09-10,2026-09-30,2026-08-08,2026-09-07,700,101.00,101.00,
00417-001,B-2,2026-10-10,2026-10-30,2026-09-08,2026-10-07,800,112.40,12.40,{LINES}
00417001,,2026-11-10,2026-11-30,2026-10-08,2026-11-07,650,90.00,,
""",
    "usage": """account,month,kwh,days,avg_temp_f
00417-001,2026-09,700,31,66
00417-001,2026-10-01,800,,
""",
    "payment_methods": """member,token,kind,brand,last4,exp_month,exp_year
00417,tok_visa_4242,card,Visa,4242,12,2029
00417,tok_bank_6789,bank,checking,0089,,
88001,tok_bank_6789,bank,savings,6789,,
""",
    "drafts": "account,token\n00417-001,tok_bank_6789\n",
    "autopay": "account,token,day\n00417-002,tok_visa_4242,due\n88001-001,tok_bank_6789,31\n",
    "alerts": """account,alert,ways,threshold
00417-001,bill_due,text email,
00417-001,usage_over,text;call,1200
00417-002,paperless,email,
""",
}


def write(folder: Path, **changed: str | None) -> Path:
    """The good files with some changed; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**GOOD, **changed}.items():
        if content is not None:
            (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
    return folder


def only(folder: Path, **files: str) -> Path:
    """Nothing but these files."""
    return write(folder, **{**dict.fromkeys(GOOD), **files})
