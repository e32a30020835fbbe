using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>Finds the state dict in the object of a checkpoint.</summary>
internal static class StateDict
{
    /// <summary>PyTorch Lightning's name for it.</summary>
    private const string LightningKey = "state_dict";

    // torch.compile wraps a module, which may be any part of the model.
    private const string CompiledPart = "_orig_mod.";

    // Containers may hold themselves.
    private const int MostWrappings = 4;

    // A moving average comes before the parameters it is of: it is what is meant to be used.
    private static readonly string[] Wrappings = [LightningKey, "ema", "model_ema", "ema_state_dict", "model_state_dict", "model"];

    // DistributedDataParallel's attribute, the one that holds the model in srvdvae's Lightning module, and the one that Lightning's own examples use.
    private static readonly string[] WrapperPrefixes = ["module.", "cvae.", "model."];

    public static FoundStates Find(object? root, string origin)
    {
        if (root is not PickleDict top)
        {
            throw new InvalidWeightsException(origin, $"holds {Describe(root)}, not a state dict or a checkpoint with one");
        }

        var notes = new List<string>();
        object? found = Unwrapped(top, notes, MostWrappings) ?? top.Find(LightningKey) ?? top;
        if (found is not PickleDict states)
        {
            throw new InvalidWeightsException(origin, $"its entry '{LightningKey}' is {Describe(found)}; accepted is a dict of tensors");
        }

        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new Dictionary<string, PickleTensor>(StringComparer.Ordinal);
        foreach ((object? key, object? value) in states.Pairs)
        {
            if (key is not string fullName || value is not PickleTensor tensor)
            {
                throw new InvalidWeightsException(
                    origin, $"the state dict's entry '{key as string}' depends on {Describe(value)}; accepted are tensors by name");
            }

            string name = WithoutPrefixes(fullName, prefixes);
            if (!tensors.TryAdd(name, tensor))
            {
                throw new InvalidWeightsException(origin, $"the state dict has the tensor '{name}' twice");
            }
        }

        if (prefixes.Count > 0)
        {
            notes.Add($"the names are those of the file without {string.Join(" and ", prefixes.Order(StringComparer.Ordinal).Select(prefix => $"'{prefix}'"))}");
        }

        return tensors.Count > 0 ? new FoundStates(tensors, notes) : throw new InvalidWeightsException(origin, "the state dict is empty");
    }

    /// <summary>The dict of tensors inside others, or null where no known wrapping holds one.</summary>
    private static PickleDict? Unwrapped(PickleDict dict, List<string> notes, int depth)
    {
        if (dict.Pairs.Any(pair => pair.Value is PickleTensor))
        {
            return dict;
        }

        if (depth == 0)
        {
            return null;
        }

        foreach (string key in Wrappings)
        {
            if (dict.Find(key) is PickleDict inner && Unwrapped(inner, notes, depth - 1) is { } states)
            {
                string[] others = [.. Wrappings.Where(other => other != key && dict.Find(other) is PickleDict).Select(other => $"'{other}'")];
                notes.Insert(0, $"the weights are those of '{key}'{(others.Length == 0 ? "" : $", not of {string.Join(" or ", others)}")}");
                return states;
            }
        }

        return null;
    }

    private static string WithoutPrefixes(string name, HashSet<string> found)
    {
        if (name.Contains(CompiledPart, StringComparison.Ordinal))
        {
            found.Add(CompiledPart);
            name = name.Replace(CompiledPart, "", StringComparison.Ordinal);
        }

        while (WrapperPrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            found.Add(prefix);
            name = name[prefix.Length..];
        }

        return name;
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PickleOpaque or PickleGlobal => value.ToString()!,
        PickleTensor => "a tensor",
        PickleDict => "a dict",
        PickleList => "a list",
        PickleTuple => "a tuple",
        _ => "a number or text",
    };
}
