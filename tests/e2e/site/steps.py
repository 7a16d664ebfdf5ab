"""What a person does in more than one test."""

from playwright.sync_api import Locator, Page, expect


def upload_text(page: Page, name: str, content: bytes) -> Locator:
    """Upload a text on the page of files; returns the list that it is then in."""
    page.goto("/files")
    page.get_by_label("Files to upload").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})
    files = page.get_by_role("list", name="Files")
    expect(files.get_by_text(name)).to_be_visible()
    return files


def delete(page: Page, name: str) -> None:
    """Delete an item or a file of the list that is shown."""
    page.get_by_role("button", name=f"Delete {name}").click()
