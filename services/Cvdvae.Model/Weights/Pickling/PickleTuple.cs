namespace Cvdvae.Model.Weights.Pickling;

/// <summary>A tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public static readonly PickleTuple Empty = new([]);

    public object?[] Items => items;
}
