"""Partners: orders out and receipts in, over HTTP or as signed files; the form of receipts.

What is signed, byte by byte, and every field stand in docs/how-to/order-format.md.
"""

from fanzha.exchange.http_orders import HttpPartner
from fanzha.exchange.order_files import OrderFiles
from fanzha.exchange.partners import Partners
from fanzha.exchange.receipt_format import JsonReceipts, receipt_document
from fanzha.exchange.signatures import Keys, file_bytes, receipt_bytes, request_bytes

__all__ = [
    "HttpPartner",
    "JsonReceipts",
    "Keys",
    "OrderFiles",
    "Partners",
    "file_bytes",
    "receipt_bytes",
    "receipt_document",
    "request_bytes",
]
