-- A sum that arrived is held against all that came under its order's reference, not only against what paid it.
CREATE INDEX transfer_receipt_about_order ON transfer_receipt (order_id) WHERE order_id IS NOT NULL;
