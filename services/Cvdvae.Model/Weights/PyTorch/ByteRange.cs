namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>A range of the file's bytes that is known to lie within it.</summary>
internal readonly record struct ByteRange(long Begin, long Length);
