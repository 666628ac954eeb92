"""The sample store: an invented UK home and outdoor shop with 18 months of history."""

from shop.imports.sample.create import SampleSummary, create_sample_store
from shop.imports.sample.guide_files import install_guides
from shop.imports.sample.stories import STORIES, STORY_ORDERS

__all__ = ["STORIES", "STORY_ORDERS", "SampleSummary", "create_sample_store", "install_guides"]
