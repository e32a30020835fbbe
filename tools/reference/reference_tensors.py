"""Computes the tensors of a reference file with the official programs. The names are explained in docs/verification.md."""

import torch

from recorded_noise import uniforms

UNIFORM_NAMES = ("dmol.u.mixture", "dmol.u.logistic")

# How near the scores of two mixture components may come before rounding could exchange them: numbers drawn here keep a wide distance;
# what follows from the weights alone is only reported, from a distance that rounding really reaches.
SAFE_DISTANCE = 1e-3
ROUNDING = 1e-4


class Recorder:
    """Collects tensors by name as float32 or uint8, as they are at that moment."""

    def __init__(self):
        self.tensors = {}

    def add(self, name, value):
        self.tensors[name] = value.detach().clone(memory_format=torch.contiguous_format)


def record_prior(recorder, program, hyperparameters, images, normals):
    """
    x.*, prior.*, posterior.*, eps.* and uncond.*.

    program: what `official.build_prior` returns. images: (N, H, W, 3) uint8.
    """
    model, main, helpers = program
    recorder.add("x.u8", images)
    x = _normalized(images.float(), hyperparameters)
    recorder.add("x.norm", x)
    activations = model.encoder.forward(x)
    for resolution, activation in activations.items():
        recorder.add(f"prior.enc.act.{resolution}", activation)
    with normals.pass_over(main):
        px_z, groups = model.decoder.forward(activations, get_latents=True)
    for index, eps in enumerate(normals.recorded):
        recorder.add(f"eps.{index}", eps)
    for index, group in enumerate(groups):
        recorder.add(f"posterior.z.{index}", group["z"])
        recorder.add(f"posterior.kl.{index}", group["kl"])
    recorder.add("posterior.px_z", px_z)
    parameters = model.decoder.out_net.forward(px_z)
    target = (images.float() - 127.5) / 127.5
    recorder.add("posterior.nll", helpers.discretized_mix_logistic_loss(target, parameters))
    recorder.add("posterior.nll.lowbit", helpers.discretized_mix_logistic_loss(target, parameters, low_bit=True))
    for temperature in ("1", "0.8"):
        with normals.pass_over(main):
            recorder.add(f"uncond.t{temperature}.px_z", model.decoder.forward_uncond(images.shape[0], t=float(temperature)))


def record_pixels(recorder, program, hyperparameters, generator, recorded=None):
    """dmol.*, from uncond.t0.8.px_z. recorded: the uniforms by name, or None to draw them."""
    model, _, helpers = program
    parameters = model.decoder.out_net.forward(recorder.tensors["uncond.t0.8.px_z"])
    recorder.add("dmol.params.nhwc", parameters)

    def draw(index, shape, low, high):
        name = UNIFORM_NAMES[index]
        values = recorded[name] if recorded else torch.from_numpy(generator.uniform(low, high, shape)).float().clamp(low, high)
        if not recorded and index == 0:
            values = _without_ties(values, parameters[..., :shape[-1]], high)
        if tuple(values.shape) != shape:
            raise ValueError(f"{name} has the shape {tuple(values.shape)}; the model draws {shape}")
        recorder.add(name, values)
        return values

    with uniforms(draw):
        recorder.add("dmol.sample.nhwc", helpers.sample_from_discretized_mix_logistic(parameters, hyperparameters.num_mixtures))
    with uniforms(lambda *_: 0.5):
        recorder.add("dmol.mode.nhwc", helpers.sample_from_discretized_mix_logistic(parameters, hyperparameters.num_mixtures))


def record_conditional(recorder, program, images, low_res, normals):
    """
    y.* and cond.*. Returns the number of pixels of cond.t0.mode.u8.nhwc where two components are nearly as likely.

    program: what `official.build_conditional` returns. images: (N, H, W, 3) uint8. low_res: (N, 3, h, w) uint8.
    """
    model, main, _ = program
    recorder.add("y.u8", low_res)
    y = model.normalize_input(low_res.float())
    recorder.add("y.norm", y)
    activations = model.encoder_y.forward(y)
    for resolution, activation in activations.items():
        recorder.add(f"cond.enc.act.{resolution}", activation)
    high_res = model.encoder.forward(model.normalize_input(images.permute(0, 3, 1, 2).float()))
    with normals.pass_over(main):
        groups = model.decoder.forward_training(activations, high_res, get_latents=False)
    for index, group in enumerate(groups):
        recorder.add(f"cond.train.kl.{index}", group["kl"])
    with normals.pass_over(main):
        recorder.add("cond.t0.8.px_z", model.decoder.forward_cond_y(activations, False, 0.8)[0])
    with normals.pass_over(main, zero=True):
        px_z = model.decoder.forward_cond_y(activations, False, 1.0)[0]
    recorder.add("cond.t0.px_z", px_z)
    with uniforms(lambda *_: 0.5):
        recorder.add("cond.t0.mode.u8.nhwc", model.decoder.out_net.sample(px_z, quantize=True).permute(0, 2, 3, 1))
    logits = model.decoder.out_net.forward(px_z)[..., :model.H.num_mixtures]
    return int(_close(logits, ROUNDING).sum())


def _without_ties(values, logits, high):
    """Lets the chosen component win clearly at every pixel, so that no other rounding can choose another one."""
    scores = logits - torch.log(-torch.log(values))
    chosen = scores.argmax(-1, keepdim=True)
    winner = values.gather(-1, chosen)
    return values.scatter(-1, chosen, torch.where(_close(scores, SAFE_DISTANCE), (winner + high) / 2, winner))


def _close(scores, distance):
    if scores.shape[-1] == 1:
        return torch.zeros_like(scores, dtype=torch.bool)
    best = scores.topk(2, -1).values
    return best[..., :1] - best[..., 1:] < distance


def _normalized(levels, hyperparameters):
    # The normalisation of ffhq1024 is for inputs in 0..1; all the others are for levels.
    values = levels / 255 if hyperparameters.scale > 0.5 else levels
    return (values + torch.tensor(hyperparameters.shift)) * torch.tensor(hyperparameters.scale)
