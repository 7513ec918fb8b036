-- What a bill or credit note says, as it was when it was numbered: seller, customer, lines, sentences. It never changes.
CREATE TABLE bill_content (
    nic TEXT NOT NULL,
    number TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, number)
) STRICT;

-- Whoever has its link, and the operator, find a bill by its number alone.
CREATE INDEX payment_by_number ON payment (bill_id) WHERE bill_id IS NOT NULL;

CREATE INDEX refund_by_number ON refund (note_id) WHERE note_id IS NOT NULL;

-- Set where there is a content: bills of earlier versions have a number alone, and are composed once more.
ALTER TABLE payment ADD COLUMN composed INTEGER;

ALTER TABLE refund ADD COLUMN composed INTEGER;

CREATE INDEX payment_to_compose ON payment (billed) WHERE bill_id IS NOT NULL AND composed IS NULL;

CREATE INDEX refund_to_compose ON refund (noted) WHERE note_id IS NOT NULL AND composed IS NULL;
