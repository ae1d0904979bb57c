"""Django settings that are the same in every installation: see `chassis.settings` for those that it decides."""

from typing import Any

BEFORE_DOMAINS = (
    "unfold.apps.BasicAppConfig",  # its templates come before the admin's
    "unfold.contrib.filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
)
AFTER_DOMAINS = (
    "django.contrib.admin.apps.SimpleAdminConfig",  # `chassis.admin.site` loads the pages, when they are served
)
BEFORE_GATEWAY = (
    "chassis.web.middleware.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # the admin's and the API pages' styles and scripts
    "chassis.web.middleware.SecurityHeadersMiddleware",
    "chassis.web.problem.ProblemMiddleware",
    "chassis.web.middleware.LimitsMiddleware",
)
AFTER_GATEWAY = (
    "chassis.web.middleware.HostMiddleware",
    "chassis.admin.middleware.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)

FIXED: dict[str, Any] = {
    "MIGRATION_MODULES": {"auth": None, "contenttypes": None, "admin": None, "sessions": None},
    "DATABASE_ROUTERS": ["chassis.database.DomainRouter"],
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "USE_TZ": True,
    "TIME_ZONE": "UTC",
    "LANGUAGE_CODE": "en",
    "USE_I18N": True,
    "STATIC_URL": "/static/",
    "WHITENOISE_USE_FINDERS": True,  # straight from the packages: nothing is collected into a folder
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_000_000,
    "APPEND_SLASH": False,
    "SILENCED_SYSTEM_CHECKS": [
        "models.W042",
        "admin.E410",
        "security.W002",  # X-Frame-Options comes from our SecurityHeadersMiddleware
        "security.W003",  # the API takes no cookies; the admin and the sign-in pages check the token by themselves
        "security.W005",  # subdomains may be somebody else's: HSTS_SUBDOMAINS
        "security.W021",  # no browser's preload list is ours to enter
    ],
    "UNFOLD": {
        "SITE_TITLE": "Sixfold",
        "SITE_HEADER": "Sixfold",
        "SITE_URL": None,  # the shop's pages are another program's
        "SITE_SYMBOL": "deployed_code",
        "SHOW_BACK_BUTTON": True,
        "SIDEBAR": {"show_search": True},
    },
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "REST_FRAMEWORK": {
        "DEFAULT_AUTHENTICATION_CLASSES": ["chassis.access.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["chassis.access.permissions.OfThisShop"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["chassis.web.parsers.StrictJSONParser"],
        "DEFAULT_PAGINATION_CLASS": "chassis.web.pages.CursorPages",
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "EXCEPTION_HANDLER": "chassis.web.problem.exception_handler",
        "UNAUTHENTICATED_USER": None,
        "COERCE_DECIMAL_TO_STRING": True,
    },
    "SPECTACULAR_SETTINGS": {
        "TITLE": "Sixfold",
        "VERSION": "1",
        "OAS_VERSION": "3.1.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayOperationId": False, "docExpansion": "list"},
        "COMPONENT_SPLIT_REQUEST": True,
        "POSTPROCESSING_HOOKS": ["chassis.web.schema.complete"],
    },
    "AUTH_USER_MODEL": "auth.User",
}
