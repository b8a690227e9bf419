"""Settings that hold everywhere. What differs between demo, production and tests is in the files beside this one."""

from django.utils.translation import gettext_lazy as _

from .env import (  # noqa: F401 - the files beside this one take some of these from here
    ALLOWED_HOSTS,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    BASE_DIR,
    ELASTICSEARCH_INDEX,
    ELASTICSEARCH_URL,
    EMAIL_FROM,
    EMAIL_URL,
    FCM_CREDENTIALS,
    PORT,
    PUBLIC_URL,
    REDIS_URL,
    S3_BUCKET,
    S3_ENDPOINT_URL,
    SECRET_KEY,
    SMS_GATEWAY_TAKES_IDS_ONCE,
    SMS_GATEWAY_TOKEN,
    SMS_GATEWAY_URL,
    SMS_SENDER,
    TRUSTED_PROXIES,
    VAPID_PRIVATE_KEY,
    VAPID_SUBJECT,
    VAR_DIR,
    database,
    env,
)

# Our rooms come first: what they override of Wagtail (a command, a template) must be found before the stock one.
INSTALLED_APPS = [
    "api",
    "search",
    "demo",
    "handbook.feedback",
    "handbook.notices",
    "editorial",
    "cms",
    "publishing",
    "messaging",
    "uploads",
    "organizations",
    "accounts",
    "audit",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_q",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "api.middleware.TrustedDocuments",  # what thousands ask at once goes no further
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.middleware.RefusalMiddleware",
    "editorial.middleware.DeskBoundary",
    "axes.middleware.AxesMiddleware",  # last, as its documentation asks
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- data
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "cms.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},  # seconds
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"

# --- who signs in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
# A village hall shares one address: lock the account from that address, never the address itself.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who tries again too early must not wait all over again
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# --- language and time
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("English"))]
# The first catalogue is ours; the second completes what Wagtail ships untranslated.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale_upstream"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["cms.formats"]  # Monday first, day before month
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"

# --- files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/admin/media/"  # for editors only (cms.media); readers get files by their own scope (api.files)
if S3_ENDPOINT_URL or S3_BUCKET:
    _media_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "access_key": AWS_ACCESS_KEY_ID,
            "secret_key": AWS_SECRET_ACCESS_KEY,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,  # seconds: a link is for one download, not for keeping
            "file_overwrite": False,
        },
    }
else:
    _media_storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
STORAGES = {
    "default": _media_storage,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where the end of the audit is kept besides the database (docs/audit.md).
AUDIT_ANCHORS_FOLDER = VAR_DIR / "audit-anchors"
AUDIT_ANCHORS_BUCKET = S3_BUCKET
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long StreamField body posts thousands
FILE_UPLOAD_PERMISSIONS = 0o640

# --- background work: a task is a wake-up call, never the only copy of a fact (ADR 0004)
Q_CLUSTER = {
    "name": "sotay",
    "workers": 2,
    "timeout": 120,  # seconds a task may run
    "retry": 180,  # longer than timeout, or a slow task would be started twice
    "max_attempts": 3,
    "ack_failures": True,
    "bulk": 1,
    "save_limit": 500,
    "catch_up": False,
    "label": "Sổ tay",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default", "poll": 1}),
}
TASKS = {"default": {"BACKEND": "cms.background.DjangoQ2Backend"}}

# --- the API for readers (docs/api.md)
API_FREE_FORM = False  # documents of one's own are for staff, outside of demo and tests
API_RESPONSE_CACHE = True  # benchmarks alone turn these two off
API_RATE_LIMITS = True

# --- feeds: an address that leads into our own network is refused (docs/ingest.md); only tests read from localhost
INGEST_PRIVATE_ADDRESSES = False

# --- Wagtail
WAGTAIL_SITE_NAME = "Sổ tay"
WAGTAILADMIN_USER_LOGIN_FORM = "accounts.forms.SignInForm"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
WAGTAIL_CONTENT_LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False  # a translation begins as a draft, whatever its original is
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # nothing is loaded from another host
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # everyone reads and writes the province's time: nobody is asked for another
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 1
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True  # ours is stricter (editorial.gate); this keeps the screens honest
WAGTAIL_FINISH_WORKFLOW_ACTION = "editorial.finish.finish_workflow"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.admin_search"}}
WAGTAILDOCS_SERVE_METHOD = "direct"  # as pictures: cms.media, or a signed address; Wagtail's own view is not mounted
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "doc", "xlsx", "xls", "pptx", "odt", "mp3", "m4a", "ogg", "opus", "txt"]
WAGTAILDOCS_DOCUMENT_MODEL = "cms.Attachment"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.media_forms.AttachmentForm"
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.media_forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILEMBEDS_FINDERS: list[dict] = []  # a video link stays a link: no look-up on another host while saving
TAGGIT_CASE_INSENSITIVE = True

# --- security
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"  # the editor's preview is a frame of our own
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "wagtail": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}

# Letters leave through a mail server only where one is named; else each is a file that can be read.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
