using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(ServiceRoles.Gateway);
builder.AddGateway();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGateway();
await app.RunAsync();
