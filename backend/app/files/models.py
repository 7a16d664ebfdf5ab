"""The table of files: what S3 does not keep or cannot list by page."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class FileRow(Base):
    """A file from the moment its upload is permitted; `uploaded_at` is null until S3 is seen to hold it."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    uploaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        # Each serves one question, newest first: what is there, and what may have arrived.
        Index("ix_files_uploaded", id.desc(), postgresql_where=uploaded_at.is_not(None)),
        Index("ix_files_pending", id.desc(), postgresql_where=uploaded_at.is_(None)),
    )
