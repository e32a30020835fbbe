using System.Text.Json.Serialization;

namespace Cvdvae.LoadGenerator;

/// <summary>One call as its caller saw it. Times are milliseconds: of the clock of the day, or since the call was due.</summary>
public sealed record CallRecord
{
    /// <summary>When it was due.</summary>
    public required double Due { get; init; }

    /// <summary>What the caller did.</summary>
    public required CallKind Kind { get; init; }

    /// <summary>How it ended; null: as its caller wanted, by leaving it.</summary>
    public string? Status { get; init; }

    /// <summary>Until it was admitted.</summary>
    public double? Started { get; init; }

    /// <summary>Until the first preview.</summary>
    public double? FirstPreview { get; init; }

    /// <summary>The longest wait between two events.</summary>
    public double? LongestGap { get; init; }

    /// <summary>Until its end.</summary>
    public required double Ended { get; init; }

    /// <summary>The last attempt alone, where the call was refused.</summary>
    public double? Refusal { get; init; }

    /// <summary>Whether the refusal said when to come back.</summary>
    public bool HasRetryInfo { get; init; }

    /// <summary>What is wrong with how it went; null: nothing.</summary>
    public string? Problem { get; init; }
}

/// <summary>Records as JSON lines.</summary>
[JsonSerializable(typeof(CallRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class CallRecordJson : JsonSerializerContext;
