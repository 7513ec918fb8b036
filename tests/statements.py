"""Bank statements for tests: camt.053 as banks write it."""

from __future__ import annotations

IBAN = "FR7630006000011234567890189"

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-24T06:00:00+01:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>{name}</Id>
      <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
      {entries}
    </Stmt>
  </BkToCstmrStmt>
</Document>"""

_ENTRY = """<Ntry>
  {number}
  <Amt Ccy="{currency}">{amount}</Amt>
  <CdtDbtInd>{sign}</CdtDbtInd>
  {reversed}
  <Sts>{status}</Sts>
  <BookgDt><Dt>2026-11-24</Dt></BookgDt>
  <AcctSvcrRef>{name}</AcctSvcrRef>
  <NtryDtls>{details}</NtryDtls>
</Ntry>"""

_DETAILS = """<TxDtls>
  <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
  {amount}
  <RltdPties><Dbtr>{payer}</Dbtr></RltdPties>
  <RmtInf>{remittance}</RmtInf>
</TxDtls>"""


def statement(*entries: str, iban: str = IBAN, version: str = "02", name: str = "STMT-2026-228") -> str:
    """A file with one statement."""
    return _DOCUMENT.format(entries="".join(entries), iban=iban, version=version, name=name)


def entry(name: str, amount: str, *details: str, **other: str) -> str:
    """A sum; `details` are its transactions. The `other` parts of an entry are as usual unless told."""
    told = {"number": "", "currency": "EUR", "sign": "CRDT", "status": "BOOK", "reversed": "", **other}
    return _ENTRY.format(name=name, amount=amount, details="".join(details), **told)


def words(text: str, *, amount: str = "", payer: str = "<Nm>Camille Martin</Nm>", more: str = "") -> str:
    """A transaction with what its payer wrote freely; with its own amount in a batch, and whatever `more` it has."""
    own = f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>' if amount else ""
    return _DETAILS.format(amount=own + more, payer=payer, remittance=f"<Ustrd>{text}</Ustrd>")


def structured(reference: str) -> str:
    """A transaction with a structured reference."""
    told = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    return _DETAILS.format(amount="", payer="<Pty><Nm>Camille Martin</Nm></Pty>", remittance=told)
