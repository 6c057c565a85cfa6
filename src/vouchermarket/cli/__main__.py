"""`python -m vouchermarket.cli`: the same as `vouchermarket`, for processes we begin ourselves."""

from vouchermarket.cli import main

main()
