namespace Cvdvae.Model.Weights;

/// <summary>The bytes of a tensor, counted from the end of the header.</summary>
internal readonly record struct SafetensorsRange(string Name, long Begin, long End);
