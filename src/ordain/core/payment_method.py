"""Payment methods (me.payment.PaymentMethod): what an account pays orders with when it names a method by its id.

Until there are cards there is one, the prepaid account: so it is the default. Fidelity points are no method: an order
is paid from them by name (payWithRegisteredPaymentMean).
"""

from __future__ import annotations

from ordain.core.ledger import OVH_ACCOUNT

PREPAID_ACCOUNT = 1
"""The prepaid account's id, the same in every account: ids of its own would say nothing more."""

MEANS = {PREPAID_ACCOUNT: OVH_ACCOUNT}
"""What a payment is booked as (billing.ReusablePaymentMeanEnum), by the method's id."""

DEFAULT = PREPAID_ACCOUNT
