namespace Cvdvae.Imaging;

/// <summary>Columns and rows of a plane.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct PlaneSize(int Width, int Height)
{
    /// <summary>Width * Height.</summary>
    public long Area => (long)Width * Height;

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";

    internal void RequireLength(int length, int channels, string parameter)
    {
        if (length != Area * channels)
        {
            throw new ArgumentException($"{this} with {channels} values a pixel is {Area * channels} values, not {length}.", parameter);
        }
    }
}
