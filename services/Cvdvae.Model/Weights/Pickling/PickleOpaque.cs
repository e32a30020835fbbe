namespace Cvdvae.Model.Weights.Pickling;

/// <summary>
/// Stands for what Python would have made with a class or function that is not known here. It takes whatever is done to it, and keeps
/// only the name, for the message if a tensor turns out to depend on it.
/// </summary>
/// <param name="cause">A <see cref="PickleGlobal"/> or a text; turned into a message only when one is needed.</param>
internal sealed class PickleOpaque(object cause)
{
    public override string ToString() => cause.ToString()!;
}
