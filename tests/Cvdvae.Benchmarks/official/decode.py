#!/usr/bin/env python3
"""
Times one super-resolution with the official program jprost76/srvdvae: the low-res encoder, the conditioned top-down pass at temperature 0.8 and
the pixels, float32, random weights. Prints one line of JSON.

example: python3 decode.py --srvdvae ~/srvdvae --hparams ffhq256-x4.json --threads 2 --runs 5
"""

import measuring
import torch


def main():
    parser = measuring.arguments(__doc__.strip().split("\n\n")[0], "srvdvae")
    parser.add_argument("--images", type=int, default=1, metavar="N", help="images in a batch (default 1)")
    options = parser.parse_args()
    measuring.start(options)
    import official

    hyperparameters = official.read_hyperparameters(options.hparams)
    model, _, _ = official.build_conditional(options.clone, hyperparameters)
    model.to(options.device)
    size = hyperparameters.image_size_y
    levels = torch.randint(0, 256, (options.images, 3, size, size)).float().to(options.device)

    def run(clock):
        activations = model.encoder_y.forward(model.normalize_input(levels))
        clock.lap("encode")
        px_z, _ = model.decoder.forward_cond_y(activations, False, 0.8)
        clock.lap("decode")
        model.decoder.out_net.sample(px_z)
        clock.lap("pixels")

    with torch.no_grad():
        times = measuring.measure(run, options)
    measuring.report("official decode", options, model, times, images=options.images)


if __name__ == "__main__":
    main()
