"""What every demo has ready before it is forked: files joined and pressed, templates compiled.

A demo of its own for each journey would do it all anew each time.
"""

from app import i18n
from app.web import assets, pages

_environment = pages.environment(assets.load())
for _name in _environment.list_templates():
    _environment.get_template(_name)
for _language in i18n.LANGUAGES:
    i18n.catalogue(_language)
