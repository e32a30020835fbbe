using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Starting;

return await ServiceProgram.RunAsync(
    ServiceRoles.Gateway,
    args,
    builder => builder.AddGateway(),
    app => app.MapGateway());
