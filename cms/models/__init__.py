"""What is written: sources, categories, media and the page types."""

from cms.models.category import Category
from cms.models.content import ContentPage, ContentPageFile
from cms.models.media import Attachment, Picture, Rendition
from cms.models.pages import Article, Bulletin, Document, HomePage, SourceIndexPage
from cms.models.source import Source

__all__ = [
    "Article",
    "Attachment",
    "Bulletin",
    "Category",
    "ContentPage",
    "ContentPageFile",
    "Document",
    "HomePage",
    "Picture",
    "Rendition",
    "Source",
    "SourceIndexPage",
]
