"""Import Shopify's CSV exports."""

from shop.imports.shopify.importing import ShopifyOptions, import_shopify

__all__ = ["ShopifyOptions", "import_shopify"]
