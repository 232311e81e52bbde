"""How Sphinx builds the site: ``make docs`` writes it to docs/_build."""

from importlib.metadata import version as version_of

from docutils import nodes
from latex2mathml.converter import convert

project = "Delith"
author = copyright = "The Delith developers"
release = version = version_of("delith")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Delith"
exclude_patterns = ["_build"]
autodoc_typehints = "none"  # docstrings say shapes and units as well
autodoc_member_order = "bysource"
napoleon_use_ivar = True
napoleon_use_rtype = False
# formulae that a browser draws by itself, without a script from elsewhere
html_math_renderer = "mathml"
html_static_path = ["style"]
html_css_files = ["formulae.css"]


def setup(app):
    """Let formulae be MathML."""

    def drawn(display):
        def draw(writer, node):
            writer.body.append(convert(node.astext(), display=display))
            raise nodes.SkipNode

        return draw, None

    app.add_html_math_renderer("mathml", drawn("inline"), drawn("block"))
