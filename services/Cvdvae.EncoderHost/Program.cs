using Cvdvae.EncoderHost;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Starting;

return await ServiceProgram.RunAsync(
    ServiceRoles.Encoder,
    args,
    builder => builder.AddEncoderHost(),
    app => app.MapEncoderHost());
