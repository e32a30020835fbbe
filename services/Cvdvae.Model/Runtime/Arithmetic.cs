using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>
/// Arithmetic with numbers, and sums of tensors. TorchSharp's own operators make a <see cref="Scalar"/> for each number (1 too, the factor of the second
/// tensor of a sum) that nothing refers to once its handle has been taken: its finalizer may free it while native code reads it, which gives an error or, worse, another
/// number. Here each lives until the operation is done.
/// </summary>
/// <remarks>The build refuses the operators themselves: <c>build/BannedSymbols.txt</c>.</remarks>
public static class Arithmetic
{
    private static readonly Scalar One = 1L.ToScalar();

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y, in x.</summary>
    public static Tensor PlusInPlace(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>0, 1, ... up to <paramref name="count"/> - 1, int64.</summary>
    public static Tensor UpTo(long count, Device device)
    {
        using Scalar end = count.ToScalar();
        return arange(end, dtype: ScalarType.Int64, device: device);
    }

    /// <summary>x + y, in x.</summary>
    public static Tensor PlusInPlace(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.add_(number, One);
    }

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.add(number, One);
    }

    /// <summary>x + y z.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor y, Tensor z) => x.addcmul(y, z, One);

    /// <summary>x - y.</summary>
    public static Tensor Minus(this Tensor x, double y) => x.Plus(-y);

    /// <summary>x y.</summary>
    public static Tensor Times(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.mul(number);
    }

    /// <summary>x y, in x.</summary>
    public static Tensor TimesInPlace(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.mul_(number);
    }

    /// <summary>x / y.</summary>
    public static Tensor Over(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.div(number);
    }

    /// <summary>x, at least <paramref name="least"/> and at most <paramref name="most"/>.</summary>
    public static Tensor Within(this Tensor x, double least, double most)
    {
        using Scalar low = least.ToScalar();
        using Scalar high = most.ToScalar();
        return x.clamp(low, high);
    }

    /// <summary>x, at least <paramref name="least"/> and at most <paramref name="most"/>, in x.</summary>
    public static Tensor WithinInPlace(this Tensor x, double least, double most)
    {
        using Scalar low = least.ToScalar();
        using Scalar high = most.ToScalar();
        return x.clamp_(low, high);
    }

    /// <summary>x, at least <paramref name="least"/>.</summary>
    public static Tensor AtLeast(this Tensor x, double least)
    {
        using Scalar low = least.ToScalar();
        return x.clamp_min(low);
    }

    /// <summary>Where x is greater than y.</summary>
    public static Tensor IsAbove(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.gt(number);
    }

    /// <summary>Where x is less than y.</summary>
    public static Tensor IsBelow(this Tensor x, double y)
    {
        using Scalar number = y.ToScalar();
        return x.lt(number);
    }
}
