using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>Puts a bounded body in the place of a request's own.</summary>
internal sealed class BoundedBodyFeature(PipeReader body) : IRequestBodyPipeFeature
{
    public PipeReader Reader => body;
}
