using Cvdvae.DecoderHost;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Starting;

return await ServiceProgram.RunAsync(
    ServiceRoles.Decoder,
    args,
    builder => builder.AddDecoderHost(),
    app => app.MapDecoderHost());
