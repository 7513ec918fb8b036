-- Checks of customers' VAT numbers: the evidence that a sale was rightly left to its customer to tax. Only ever added to.

CREATE TABLE vat_check (
    nic TEXT NOT NULL REFERENCES account (nic),
    check_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    asked INTEGER NOT NULL,
    answer TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (nic, check_id)
) STRICT;

CREATE INDEX vat_check_of_number ON vat_check (nic, number, asked);
