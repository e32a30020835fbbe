namespace Cvdvae.Gateway.Telemetry;

/// <summary>Why a call was refused; the tag <c>reason</c>, in lower case.</summary>
internal enum RefusalReason
{
    /// <summary>The caller has no credentials, or wrong ones.</summary>
    Credentials,

    /// <summary>The caller has used up its quota.</summary>
    Quota,

    /// <summary>Something in the request itself.</summary>
    Request,

    /// <summary>There is no room for anybody: too many calls in the gateway, or too much work in the decoders, or none of them can be reached.</summary>
    Capacity,
}
