#!/usr/bin/env python3
"""For mdBook: links to what the book does not have (code, examples, the pages of checks) lead to the repository.

Reads what mdBook sends to a preprocessor, and writes the book with those links changed. `repository` in book.toml says where to.
"""

import json
import posixpath
import re
import sys

LINK = re.compile(r"(\]\()(?!/|#|[a-z]+:)([^)\s#]+)((?:#[^)\s]*)?\))")


def chapters(items):
    for item in items:
        chapter = item.get("Chapter") if isinstance(item, dict) else None
        if chapter:
            yield chapter
            yield from chapters(chapter["sub_items"])


def main():
    context, book = json.load(sys.stdin)
    repository = context["config"]["preprocessor"]["outside"]["repository"].rstrip("/")
    all_chapters = list(chapters(book.get("items") or book["sections"]))
    there = {chapter["path"] for chapter in all_chapters}
    for chapter in all_chapters:
        folder = posixpath.dirname(chapter["path"] or "")

        def changed(link, folder=folder):
            path = posixpath.normpath(posixpath.join(folder, link[2]))
            is_page = path in there or not path.startswith("..") and not path.endswith(".md")
            return link[0] if is_page else f"{link[1]}{repository}/{posixpath.normpath(posixpath.join('docs', path))}{link[3]}"

        chapter["content"] = LINK.sub(changed, chapter["content"])
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    # mdBook asks first whether a renderer is supported: each is.
    if sys.argv[1:2] != ["supports"]:
        main()
