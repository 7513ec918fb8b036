-- Where each table lies on Citus: run once, on the coordinator, after `ordain migrate` and before the first customer.
-- tests/store/test_distribution.py holds this file against the tables; docs/distributed.md tells what it means.

-- A copy on every node: small, or read by nearly every request and seldom written.
SELECT create_reference_table('migration');
SELECT create_reference_table('sequence');
SELECT create_reference_table('account');
SELECT create_reference_table('application');
SELECT create_reference_table('oauth2_client');
SELECT create_reference_table('agreed_text');
SELECT create_reference_table('market_edit');
SELECT create_reference_table('catalogue_extension');
SELECT create_reference_table('trademark_list');
SELECT create_reference_table('trademark_row');
SELECT create_reference_table('staff');

-- All that is an account's lies together.
SELECT create_distributed_table('placed_order', 'nic', colocate_with => 'none');
SELECT create_distributed_table('audit_entry', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('audit_head', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('bill_content', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('blocked_account', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('consent', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('ledger_head', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('ledger_line', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('ledger_transfer', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('money_grant', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('payer', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('payment_method', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('task', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('agreement', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('autorenewal', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('balance', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('claims_acceptance', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('contact', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('contact_change', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('contact_change_party', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('domain', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('ended_service', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('mail', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('password', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('password_link', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('renewal', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('second_factor', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('signed_mark', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('termination', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('vat_check', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('charge', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('payment', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('pledged_transfer', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('promotion_use', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('withdrawal_right', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('recovery_code', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('dyn_host_login', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('spending_limit', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone_anycast', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone_point', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone_record', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone_redirection', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('zone_task', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('card_return', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('dispute', 'nic', colocate_with => 'placed_order');
SELECT create_distributed_table('refund', 'nic', colocate_with => 'placed_order');

-- A cart with all that is in it.
SELECT create_distributed_table('cart', 'cart_id', colocate_with => 'none');
SELECT create_distributed_table('cart_item', 'cart_id', colocate_with => 'cart');
SELECT create_distributed_table('cart_configuration', 'cart_id', colocate_with => 'cart');

-- What is found by a key of its own.
SELECT create_distributed_table('attempt', 'subject', colocate_with => 'none');
SELECT create_distributed_table('claims_notice', 'notice_id', colocate_with => 'none');
SELECT create_distributed_table('credential', 'consumer_hash', colocate_with => 'none');
SELECT create_distributed_table('credential_request', 'token_hash', colocate_with => 'none');
SELECT create_distributed_table('idempotency', 'scope', colocate_with => 'none');
SELECT create_distributed_table('number_series', 'name', colocate_with => 'none');
SELECT create_distributed_table('oauth2_token', 'token_hash', colocate_with => 'none');
SELECT create_distributed_table('processor_event', 'event_id', colocate_with => 'none');
SELECT create_distributed_table('promotion_count', 'promotion', colocate_with => 'none');
SELECT create_distributed_table('registry_command', 'name', colocate_with => 'none');
SELECT create_distributed_table('registry_message', 'registry', colocate_with => 'none');
SELECT create_distributed_table('served_zone', 'name', colocate_with => 'none');
SELECT create_distributed_table('session', 'token_hash', colocate_with => 'none');
SELECT create_distributed_table('transfer_receipt', 'entry', colocate_with => 'none');
SELECT create_distributed_table('voucher', 'voucher_hash', colocate_with => 'none');
SELECT create_distributed_table('zone_removal', 'name', colocate_with => 'none');

-- The sandbox registry, which is another house.
SELECT create_distributed_table('sandbox_call', 'transaction_id', colocate_with => 'none');
SELECT create_distributed_table('sandbox_name', 'name', colocate_with => 'none');
SELECT create_distributed_table('sandbox_object', 'kind', colocate_with => 'none');
SELECT create_distributed_table('sandbox_sale', 'name', colocate_with => 'none');
