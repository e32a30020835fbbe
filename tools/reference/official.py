"""Brings the official programs in from the user's own clones, each with its own modules, and builds their models."""

import importlib
import json
import os
import sys

import torch

CONFIGURATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "services", "Cvdvae.Trainer", "Configurations")
_DEFAULTS = {"image_channels": 3, "bottleneck_multiple": 0.25, "custom_width_str": "", "custom_width_str_y": ""}
_NORMALIZATION = ("shift", "scale")


class Hyperparameters(dict):
    """Hyper-parameters as attributes; None where there is none, as the official programs expect."""

    def __getattr__(self, name):
        return self.get(name)


def read_hyperparameters(source):
    """Reads a JSON file of official names, or an official configuration by its name."""
    path = source
    if not os.path.exists(path):
        path = os.path.join(CONFIGURATIONS, f"{source}.json")
    if not os.path.exists(path):
        raise ValueError(f"{source} is neither a file nor an official configuration")
    with open(path, encoding="utf-8") as file:
        try:
            content = json.load(file)
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object")
    missing = [name for name in ("width", "zdim", "image_size", "enc_blocks", "dec_blocks", "num_mixtures", "no_bias_above", "shift", "scale")
               if content.get(name) is None]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}")
    return Hyperparameters(_DEFAULTS, **content)


def import_clone(folder, module):
    """
    Imports a module of a clone, with the clone's own `vae_helpers` (both clones have one, and they differ). Nothing is written
    into the clone, and no other module can come to see these.
    """
    if not os.path.isfile(os.path.join(folder, f"{module}.py")):
        raise ValueError(f"{folder} has no {module}.py: it is not a clone of the official program")
    names = (module, "vae_helpers")
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, os.path.abspath(folder))
    importlib.invalidate_caches()
    try:
        main = importlib.import_module(module)
        return main, sys.modules["vae_helpers"]
    finally:
        sys.path.pop(0)
        sys.dont_write_bytecode = wrote
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)


def build_prior(clone, hyperparameters, tensors=None):
    """The VAE of openai/vdvae and its two modules, with the given weights or random ones."""
    main, helpers = import_clone(clone, "vae")
    model = main.VAE(hyperparameters).eval().requires_grad_(False)
    if tensors is not None:
        _load(model, {name: value for name, value in tensors.items() if not _is_conditional(name)}, "the prior's checkpoint")
    return model, main, helpers


def build_conditional(clone, hyperparameters, tensors=None):
    """The CVAE of jprost76/srvdvae and its two modules, with the given weights or random ones."""
    missing = [name for name in ("width_y", "image_size_y", "enc_blocks_y", "ky") if hyperparameters.get(name) is None]
    if missing:
        raise ValueError(f"the hyper-parameters lack {', '.join(missing)}, which the low-res encoder needs")
    main, helpers = import_clone(clone, "cvdvae")
    model = main.CVAE(hyperparameters).eval().requires_grad_(False)
    if tensors is not None:
        _check_normalization(hyperparameters, tensors)
        _load(model, tensors, "the conditional checkpoint")
    return model, main, helpers


def check_same_prior(prior, conditional):
    """The two checkpoints must hold the same prior: a model has only one."""
    for name, value in prior.items():
        if not _is_conditional(name) and not (name in conditional and torch.equal(conditional[name], value)):
            raise ValueError(f"the two checkpoints hold different priors: {name} differs")


def _is_conditional(name):
    return name in _NORMALIZATION or name.startswith("encoder_y.") or ".enc_y." in name


def _check_normalization(hyperparameters, tensors):
    for name in _NORMALIZATION:
        if name in tensors and abs(tensors[name].item() / hyperparameters[name] - 1) > 1e-5:
            raise ValueError(f"the conditional checkpoint was trained with {name} {tensors[name].item()}, the hyper-parameters say {hyperparameters[name]}")


def _load(model, tensors, what):
    expected = {name: value.shape for name, value in model.state_dict().items() if name not in _NORMALIZATION}
    missing = [name for name in expected if name not in tensors]
    unknown = [name for name in tensors if name not in expected and name not in _NORMALIZATION]
    shaped = [name for name in expected if name in tensors and tensors[name].shape != expected[name]]
    if missing or unknown or shaped:
        faults = ((names, fault) for names, fault in ((missing, "missing"), (unknown, "unknown"), (shaped, "of another shape")) if names)
        text = "; ".join(f"{len(names)} {fault} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})" for names, fault in faults)
        raise ValueError(f"{what} does not fit the hyper-parameters: {text}")

    # The buffers keep what the hyper-parameters say.
    model.load_state_dict({name: value for name, value in tensors.items() if name in expected}, strict=False)
