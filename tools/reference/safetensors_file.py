"""Reads and writes safetensors files: 8 bytes of length, a JSON header, then the tensors' bytes one after another."""

import json
import os
import struct

import numpy

_TYPES = {
    "F64": numpy.dtype("<f8"), "F32": numpy.dtype("<f4"), "F16": numpy.dtype("<f2"),
    "I64": numpy.dtype("<i8"), "I32": numpy.dtype("<i4"), "I16": numpy.dtype("<i2"), "I8": numpy.dtype("i1"),
    "U8": numpy.dtype("u1"), "BOOL": numpy.dtype("?"),
}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}


def write(path, tensors, metadata=None):
    """Writes arrays by name. The file appears under its name only when it is complete."""
    header = {"__metadata__": {str(key): str(value) for key, value in metadata.items()}} if metadata else {}
    offset = 0
    for name, array in tensors.items():
        dtype = array.dtype.newbyteorder("<")
        if dtype not in _NAMES:
            raise ValueError(f"{name}: safetensors has no type for {array.dtype}")
        header[name] = {"dtype": _NAMES[dtype], "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    part = f"{path}.part"
    try:
        with open(part, "wb") as file:
            file.write(struct.pack("<Q", len(text)))
            file.write(text)
            for array in tensors.values():
                ordered = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
                file.write(memoryview(ordered.reshape(-1)).cast("B"))
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def read(path):
    """Reads all the tensors of a file as arrays by name."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if 8 + length > size:
            raise ValueError(f"{path} is not a safetensors file: its header does not fit into it")
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise ValueError(f"{path} is not a safetensors file: {error}") from error
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            first, end = entry["data_offsets"]
            if entry["dtype"] not in _TYPES or not 0 <= first <= end <= size - 8 - length:
                raise ValueError(f"{path}: tensor {name} has the type {entry['dtype']} or a place in the file that can't be read")
            file.seek(8 + length + first)
            tensors[name] = numpy.frombuffer(file.read(end - first), _TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors
