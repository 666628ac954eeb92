"""The sample store: an invented UK home and outdoor shop with 18 months of history."""

from shop.imports.sample.create import SampleSummary, create_sample_store

__all__ = ["SampleSummary", "create_sample_store"]
