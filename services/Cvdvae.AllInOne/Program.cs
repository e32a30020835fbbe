using Cvdvae.AllInOne;
using Cvdvae.DecoderHost;
using Cvdvae.EncoderHost;
using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Starting;

return await ServiceProgram.RunAsync(
    ServiceRoles.AllInOne,
    args,
    builder => builder.AddOwnAddresses().AddEncoderHost().AddDecoderHost().AddGateway(),
    app => app.MapEncoderHost().MapDecoderHost().MapGateway());
