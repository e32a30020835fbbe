using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Data;

/// <summary>An image and a name for files made from it: its own file's without the extension, or its number in a data set.</summary>
internal sealed record NamedImage(string Name, RgbImage Image);
