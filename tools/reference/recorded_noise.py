"""Random numbers that the official programs draw, in the hands of the caller: drawn once, recorded, and given again."""

import contextlib

import numpy
import torch


class RecordedNormals:
    """
    Takes the place of `draw_gaussian_diag_samples`. A pass draws once for each latent group, in order, so the n-th call is group n. The
    first pass over a group records its numbers; later passes get the same ones.
    """

    def __init__(self, generator, recorded=()):
        self._generator = generator
        self.recorded = list(recorded)
        self._group = 0
        self._zero = False

    @contextlib.contextmanager
    def pass_over(self, module, zero=False):
        """One pass, with this in the module's namespace; `zero` gives zeros instead of the recorded numbers."""
        original, module.draw_gaussian_diag_samples = module.draw_gaussian_diag_samples, self
        self._group, self._zero = 0, zero
        try:
            yield
        finally:
            module.draw_gaussian_diag_samples = original

    def __call__(self, mean, log_sigma):
        if self._group == len(self.recorded):
            self.recorded.append(torch.from_numpy(self._generator.standard_normal(tuple(mean.shape), numpy.float32)))
        eps = self.recorded[self._group]
        if eps.shape != mean.shape:
            raise ValueError(f"eps.{self._group} has the shape {tuple(eps.shape)}; the model draws {tuple(mean.shape)}")
        self._group += 1
        return mean if self._zero else torch.exp(log_sigma) * eps + mean


@contextlib.contextmanager
def uniforms(values):
    """Lets the calls of `Tensor.uniform_` inside take what `values(index, shape, low, high)` returns."""
    count = 0

    def fill(tensor, low=0.0, high=1.0, **_):
        nonlocal count
        tensor.copy_(torch.as_tensor(values(count, tuple(tensor.shape), low, high)))
        count += 1
        return tensor

    torch.Tensor.uniform_ = fill  # hides the method of the base class
    try:
        yield
    finally:
        del torch.Tensor.uniform_
