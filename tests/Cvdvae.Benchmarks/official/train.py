#!/usr/bin/env python3
"""
Times a training step as the official program openai/vdvae does it: gradients to zero, forward, backward, clipped gradient norm, AdamW (PyTorch's, for
apex needs a GPU), moving average of the weights. Random weights and images, float32. Prints one line of JSON.

example: python3 train.py --vdvae ~/vdvae --hparams train64.json --batch 8 --threads 2 --runs 5
"""

import copy
import statistics

import measuring
import torch


def main():
    parser = measuring.arguments(__doc__.strip().split("\n\n")[0], "vdvae")
    parser.add_argument("--batch", type=int, default=8, metavar="N", help="images in a step (default 8)")
    options = parser.parse_args()
    measuring.start(options)
    import official

    hyperparameters = official.read_hyperparameters(options.hparams)
    model, _, _ = official.build_prior(options.clone, hyperparameters)
    model.to(options.device)
    average = copy.deepcopy(model)
    model.train().requires_grad_(True)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=hyperparameters.lr, weight_decay=hyperparameters.wd,
        betas=(hyperparameters.adam_beta1, hyperparameters.adam_beta2), foreach=True)
    size = hyperparameters.image_size
    levels = torch.randint(0, 256, (options.batch, size, size, 3)).float().to(options.device)
    x, target = (levels + hyperparameters.shift) * hyperparameters.scale, (levels - 127.5) / 127.5
    skipped = 0

    def run(clock):
        nonlocal skipped
        model.zero_grad()
        elbo = model.forward(x, target)["elbo"]
        clock.lap("forward")
        elbo.backward()
        clock.lap("backward")
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), hyperparameters.grad_clip).item()
        if not norm < hyperparameters.skip_threshold:
            skipped += 1
            return
        optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), model.parameters()):
                mean.mul_(hyperparameters.ema_rate).add_(parameter * (1 - hyperparameters.ema_rate))
        clock.lap("update")

    times = measuring.measure(run, options)
    measuring.report(
        "official training step", options, model, times, batch=options.batch,
        images_per_s=round(options.batch / statistics.median(times["total"]), 3), skipped_updates=skipped)


if __name__ == "__main__":
    main()
