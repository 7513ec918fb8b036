"""What a rule's labels are called in forms, what browsers fill them in with, and what some of their values mean."""

from __future__ import annotations

from msgspec import Struct

from ordain.web.sign_up import LEGAL_FORMS


class About(Struct, frozen=True):
    """How one value is asked for. `kind`: text, area, check, date, tel, email, url, number."""

    label: str
    kind: str = "text"
    autocomplete: str = "off"
    hint: str = ""
    inputmode: str = ""


MEMBERS = {
    "legalForm": About("The owner is"),
    "organisationName": About("Name of the organisation", autocomplete="organization"),
    "firstName": About("First name", autocomplete="given-name"),
    "lastName": About("Last name", autocomplete="family-name"),
    "email": About("E-mail address", "email", "email"),
    "address.country": About("Country", autocomplete="country"),
    "address.line1": About("Street and number", autocomplete="address-line1"),
    "address.line2": About("More of the address", autocomplete="address-line2"),
    "address.zip": About("Post code", autocomplete="postal-code"),
    "address.city": About("City", autocomplete="address-level2"),
    "address.province": About("Province or state", autocomplete="address-level1"),
    "phone": About("Telephone", "tel", "tel"),
    "language": About("Language", hint="In which the registry writes to the owner."),
    "birthDay": About("Date of birth", "date", "bday"),
    "birthCity": About("Place of birth"),
    "birthZip": About("Post code of the place of birth"),
    "birthCountry": About("Country of birth"),
    "nationality": About("Nationality"),
    "nationalIdentificationNumber": About("National identification number"),
    "companyNationalIdentificationNumber": About("Company number"),
    "vat": About("VAT number"),
    "trademarkId": About("Number of the trademark"),
    "insee": About("Number in the register of associations"),
    "enterpriseId": About("Enterprise number"),
    "legalFormCategory": About("Which kind of owner, in the registry's words"),
    "registrantDocumentType": About("Which document proves it"),
    "registrantDocumentTypeOther": About("Which other document"),
    "accreditationId": About("Number of the licence or membership"),
    "accreditationOrganism": About("Who gave the licence"),
    "accreditationCountry": About("Country of the licence"),
    "accreditationYear": About("Year of the licence", "number", inputmode="numeric"),
    "roleInOrganisation": About("Your role in the organisation", autocomplete="organization-title"),
    "organisationType": About("Kind of public body"),
    "organisationRole": About("What the organisation does"),
    "organisationFunding": About("How the organisation is funded"),
    "organisationStaffStatus": About("What its staff are employed as"),
    "organisationAccountable": About("Who is accountable for the organisation"),
    "website": About("Website", "url", "url"),
}
"""Members of a contact."""

LABELS = {
    "OWNER_CONTACT": About("Owner"),
    "ADMIN_ACCOUNT": About("Administrative contact", hint="An account here, such as ab12345-ordain. Empty: you."),
    "TECH_ACCOUNT": About("Technical contact", hint="An account here, such as ab12345-ordain. Empty: you."),
    "OWNER_LEGAL_AGE": About("The owner is of age", "check"),
    "ACCEPT_CONDITIONS": About("I accept the registry's conditions", "check"),
    "REASON": About(
        "What the name is for", "area", hint="The registry reads it before it gives the name: say who you are, too."
    ),
    "AUTH_INFO": About("Transfer code", hint="The registrar that the name leaves gives it to you."),
    "PROTECTED_CODE": About("Code of the protected name", hint="Whoever the name is kept for has it."),
    "CLAIMS_NOTICE": About("I have read this notice, and accept it", "check"),
    "SMD": About("Signed mark", hint="A file that you gave at /domain/data/smd, such as /domain/data/smd/6cd3ae35-…"),
    "DNS": About(
        "Name servers", hint="Two or more, separated by commas, such as ns1.example.com, ns2.example.com. Empty: ours."
    ),
    "zone": About("The name the zone is for", hint="Such as example.com"),
    "template": About("What the zone begins with"),
    "DOMAIN_CONFIG.audience": About("Whom the name is for"),
    "DOMAIN_CONFIG.represent": About("Which body the name stands for"),
    "DOMAIN_CONFIG.isFor": About("What the name is used for"),
    "DOMAIN_CONFIG.reason": About("Why the name is needed", "area"),
    "DOMAIN_CONFIG.otherPurpose": About("The other purpose"),
}
"""Labels of an order, and members of the one that is an object."""

MEANINGS = {
    "legalForm": LEGAL_FORMS,
    "template": {
        "basic": "Records for mail and web",
        "minimized": "As few records as can be",
        "redirect": "Records for a redirection",
    },
    "DOMAIN_CONFIG.isFor": {
        "campaign_website": "A campaign's website",
        "educational_website": "A website to learn with",
        "emails": "E-mail",
        "information_website": "A website that informs",
        "other_purpose": "Another purpose",
        "redirect_page": "A redirection",
        "transactional_website": "A website where something is done or ordered",
    },
    "us": {
        "C11": "A citizen of the United States",
        "C12": "A resident of the United States",
        "C21": "An organisation in the United States",
        "C31": "A foreign organisation that does business in the United States",
        "C32": "A foreign organisation with an office in the United States",
    },
    "uk": {
        "IND": "A person in the United Kingdom",
        "FIND": "A person elsewhere",
        "STRA": "A sole trader in the United Kingdom",
        "LTD": "A limited company in the United Kingdom",
        "PLC": "A public limited company in the United Kingdom",
        "LLP": "A limited liability partnership in the United Kingdom",
        "PTNR": "A partnership in the United Kingdom",
        "SCH": "A school in the United Kingdom",
        "RCHAR": "A registered charity in the United Kingdom",
        "GOV": "A government body in the United Kingdom",
        "OTHER": "Another body in the United Kingdom",
        "FCORP": "A company elsewhere",
        "FOTHER": "Another body elsewhere",
    },
}
"""What values mean, by the member; by an extension's last label where the values are its registry's own."""

SENTENCES = tuple(
    text
    for about in (*MEMBERS.values(), *LABELS.values())
    for text in (about.label, about.hint)
    if text
) + tuple(dict.fromkeys(text for meanings in MEANINGS.values() for text in meanings.values()))  # fmt: skip
