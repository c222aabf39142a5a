"""Files that people bring stay in memory until they are sealed: nothing personal is ever laid down in a folder on the way."""

import io

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MEGABYTES = 32  # Of one request, all its files together; every form's own bound is lower.


class DroppedFile(InMemoryUploadedFile):
    """A file that would not fit any more: its name and true size are known, its content was not kept."""


class InMemory(FileUploadHandler):
    """Keeps what fits into the request's bound; of what does not, only the size, so that the form can say so beside its field."""

    chunk_size = 256 * 1024

    def __init__(self, request=None):
        super().__init__(request)
        self.room = MEGABYTES * 1024 * 1024

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file: io.BytesIO | None = io.BytesIO()

    def receive_data_chunk(self, raw_data, start):
        if self.file is not None and len(raw_data) > self.room:
            self.room += self.file.getbuffer().nbytes
            self.file = None
        if self.file is not None:
            self.room -= len(raw_data)
            self.file.write(raw_data)

    def file_complete(self, file_size):
        about = (self.field_name, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)
        if self.file is None:
            return DroppedFile(io.BytesIO(), *about)
        self.file.seek(0)
        return InMemoryUploadedFile(self.file, *about)
