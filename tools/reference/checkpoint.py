"""
Reads the state dict of a PyTorch checkpoint without running anything that is in the file.

`torch.load` is not used: some versions ignore the unpickler that they are given, and the safe one of the newer versions refuses the checkpoints
of PyTorch Lightning that hold other objects beside the weights.
"""

import collections
import io
import pickle
import struct
import zipfile

import torch

_PREFIXES = ("module.", "cvae.")
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_STORAGES = {
    "FloatStorage": torch.float32, "DoubleStorage": torch.float64, "HalfStorage": torch.float16, "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64, "IntStorage": torch.int32, "ShortStorage": torch.int16, "CharStorage": torch.int8, "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}

StorageType = collections.namedtuple("StorageType", "dtype")
Storage = collections.namedtuple("Storage", "key dtype first")
TensorView = collections.namedtuple("TensorView", "storage offset shape strides")


class Placeholder:
    """Stands for an object of a class that a state dict does not need: takes whatever a pickle does to it, and does nothing."""

    def __new__(cls, *_, **__):
        return super().__new__(cls)

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return self

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


class TolerantUnpickler(pickle.Unpickler):
    """Knows how tensors are built; every other class or function of a file becomes a placeholder, never looked up or called."""

    def __init__(self, file):
        super().__init__(file, encoding="utf-8")
        self.storage_types = {}

    def find_class(self, module, name):
        if module == "torch" and name in _STORAGES:
            return StorageType(_STORAGES[name])
        return _KNOWN.get((module, name), Placeholder)

    def persistent_load(self, pid):
        # ('storage', type, key, device, length), in the legacy format with (key, first, length) of a view or None after it.
        if not isinstance(pid, tuple) or pid[0] != "storage" or not isinstance(pid[1], StorageType):
            return Placeholder()
        self.storage_types[pid[2]] = pid[1].dtype
        view = pid[5] if len(pid) > 5 else None
        return Storage(pid[2], pid[1].dtype, view[1] if view else 0)


def load(path):
    """
    The tensors of a checkpoint by name, in float32: a dict of tensors (.th of openai/vdvae), or the `state_dict` of a dict
    (.ckpt of PyTorch Lightning), in the zip format or the one before PyTorch 1.6. The wrappers' prefixes `module.` and `cvae.` are taken off.
    """
    with open(path, "rb") as file:
        try:
            content, storages = (_read_zip if file.read(4) == b"PK\x03\x04" else _read_legacy)(file)
            if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
                content = content["state_dict"]
            views = {name: value for name, value in content.items() if isinstance(value, TensorView)} if isinstance(content, dict) else {}
            tensors = {_plain(name): _tensor(value, storages) for name, value in views.items()}
        except (pickle.UnpicklingError, zipfile.BadZipFile, struct.error, EOFError, LookupError, TypeError, AttributeError, RuntimeError) as error:
            raise ValueError(f"{path} is not a checkpoint of PyTorch, or damaged: {error}") from error
    if not tensors:
        raise ValueError(f"{path} holds no dict of tensors")
    return tensors


def _read_zip(file):
    archive = zipfile.ZipFile(file)
    index = next((name for name in archive.namelist() if name.endswith("data.pkl")), None)
    if index is None:
        raise zipfile.BadZipFile("it holds no data.pkl")
    content = TolerantUnpickler(io.BytesIO(archive.read(index))).load()
    read = {}

    def storage(key, dtype):
        if key not in read:
            read[key] = _numbers(archive.read(f"{index[:-len('data.pkl')]}data/{key}"), dtype)
        return read[key]

    return content, storage


def _read_legacy(file):
    file.seek(0)
    if TolerantUnpickler(file).load() != _LEGACY_MAGIC:
        raise pickle.UnpicklingError("it does not start with PyTorch's number")
    for _ in ("protocol", "system"):
        TolerantUnpickler(file).load()
    unpickler = TolerantUnpickler(file)
    content = unpickler.load()
    storages = {}
    for key in TolerantUnpickler(file).load():
        length = struct.unpack("<q", file.read(8))[0]
        dtype = unpickler.storage_types[key]
        storages[key] = _numbers(file.read(length * torch.empty(0, dtype=dtype).element_size()), dtype)
    return content, lambda key, _: storages[key]


def _numbers(data, dtype):
    return torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)


def _tensor(view, storages):
    numbers = storages(view.storage.key, view.storage.dtype)
    return torch.as_strided(numbers, view.shape, view.strides, view.storage.first + view.offset).float().contiguous().clone()


def _rebuild_tensor(storage, offset, shape, strides, *_):
    return TensorView(storage, offset, shape, strides)


def _rebuild_parameter(data, *_):
    return data


def _plain(name):
    while name.startswith(_PREFIXES):
        name = name.split(".", 1)[1]
    return name


_KNOWN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
}
