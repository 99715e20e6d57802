"""Every setting an operator may give, in one table.

`docs/reference/settings.md` is generated from it; `make check` fails when the two differ, and
when the code reads a name that the table does not hold.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


class WrongSetting(Exception):
    """A setting has a value that cannot be used. The message says which, and what to give instead."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its environment variable, its default as text, and what it does, in two languages."""

    name: str
    default: str
    vi: str
    en: str
    choices: tuple[str, ...] = ()


TABLE: tuple[Setting, ...] = (
    Setting(
        "SAURO_PROFILE",
        "demonstration",
        "Kiểu triển khai: trình diễn (mọi thứ bật), hậu trường của tỉnh hoặc bộ, hay cổng quốc gia.",
        "Kind of deployment: demonstration (everything on), back office of a province or ministry, or the national portal.",
        ("demonstration", "back-office", "national"),
    ),
    Setting(
        "SAURO_CLOCK_AHEAD_HOURS",
        "0",
        "Đồng hồ của bản trình diễn chạy trước bao nhiêu giờ; cơ sở dữ liệu không phải trình diễn thì từ chối.",
        "How many hours the clock of a demonstration runs ahead; refused by a database that is no demonstration.",
    ),
    Setting(
        "SAURO_PROVINCES",
        "",
        "Mã các tỉnh mà hệ thống nạp đến cấp xã, cách nhau bằng dấu phẩy; để trống là cả nước.",
        "Codes of the provinces that are loaded down to their communes, with commas between; empty for the whole nation.",
    ),
    Setting(
        "SAURO_PRELOAD",
        "0",
        "Số hồ sơ mô phỏng mà bản trình diễn có sẵn khi khởi động lần đầu (cùng 1.298 nhiệm vụ, trong 90 ngày); 0: không có. «make run» đặt số này.",
        "How many simulated dossiers a demonstration begins with at its first start (with 1,298 tasks, over 90 days); 0: none. `make run` sets it.",
    ),
    Setting(
        "SAURO_PACE",
        "0",
        "Số hồ sơ mô phỏng được nộp mỗi phút khi bản trình diễn đang chạy, cùng vài bước xử lý; 0: không có. «make run» đặt số này.",
        "How many simulated dossiers are filed a minute while a demonstration runs, with a few steps on others; 0: none. `make run` sets it.",
    ),
    Setting(
        "SAURO_VAR",
        str(ROOT / "var"),
        "Thư mục chứa mọi trạng thái: cơ sở dữ liệu, khóa, tệp, nhật ký.",
        "Folder that holds all state: database, keys, files, logs.",
    ),
    Setting(
        "DATABASE_URL",
        "",
        "PostgreSQL 15 trở lên, vai trò của ứng dụng: postgresql://sauro_app:mật-khẩu@máy:5432/sauro. Để trống thì dùng máy chủ kèm theo, trong var/pg.",
        "PostgreSQL 15 or later, as the application's role: postgresql://sauro_app:password@host:5432/sauro. Empty: the bundled server under var/pg.",
    ),
    Setting(
        "SAURO_OWNER_DATABASE_URL",
        "",
        "Cùng cơ sở dữ liệu, vai trò sở hữu bảng (sauro_owner); chỉ dùng để nâng cấp lược đồ. Bắt buộc khi có DATABASE_URL.",
        "The same database as the role that owns the tables (sauro_owner); used only to migrate. Required with DATABASE_URL.",
    ),
    Setting(
        "SAURO_KEYS",
        "",
        "Thư mục khóa (quyền 0700), ngoài cơ sở dữ liệu và ngoài bản sao lưu của nó. Để trống thì là var/keys.",
        "Folder of the keys (mode 0700), outside the database and its backups. Empty: var/keys.",
    ),
    Setting(
        "SAURO_FILES",
        "",
        "Thư mục tệp đính kèm đã mã hóa. Để trống thì là var/files.",
        "Folder of the encrypted attachments. Empty: var/files.",
    ),
    Setting(
        "SAURO_BACKUP_RECIPIENT",
        "",
        "Khóa công khai của bản sao lưu, do `sauro backup-key` in ra. Máy này chỉ cần khóa công khai; khóa bí mật cất nơi khác.",
        "Public key of backups, as `sauro backup-key` prints it. This machine needs only the public key; the secret one is kept elsewhere.",
    ),
    Setting(
        "SAURO_OPERATOR_TOKEN",
        "",
        "Mã mà chương trình giám sát gửi (Authorization: Bearer …) để đọc /metrics và chi tiết của /healthz, /readyz. Để trống thì mã được tạo một lần trong SAURO_KEYS/operator-token.",
        "Token that monitoring programs send (Authorization: Bearer …) to read /metrics and the details of /healthz and /readyz. Empty: made once in SAURO_KEYS/operator-token.",
    ),
    Setting(
        "SAURO_HOSTS",
        "127.0.0.1,localhost,[::1]",
        "Các tên máy được phục vụ, cách nhau bằng dấu phẩy.",
        "Host names that are served, separated by commas.",
    ),
    Setting(
        "SAURO_PUBLIC_URL",
        "",
        "Địa chỉ công khai, in trong mã QR và thư. Bắt đầu bằng https:// thì cookie chỉ đi qua HTTPS. Để trống thì là http://SAURO_HOST:SAURO_PORT.",
        "Public address, printed in QR codes and letters. When it begins with https://, cookies travel over HTTPS only. Empty: http://SAURO_HOST:SAURO_PORT.",
    ),
    Setting(
        "SAURO_SOURCE_URL",
        "",
        "Địa chỉ mã nguồn, in ở chân trang. Để trống thì không in.",
        "Address of the source code, printed in the footer. Empty: not printed.",
    ),
    Setting(
        "SAURO_HOST",
        "127.0.0.1",
        "Địa chỉ mạng mà máy chủ trang lắng nghe.",
        "Network address on which the page server listens.",
    ),
    Setting(
        "SAURO_PORT",
        "8000",
        "Cổng mà máy chủ trang lắng nghe.",
        "Port on which the page server listens.",
    ),
    Setting(
        "SAURO_EDGE_PORT",
        "",
        "Cổng mà tiến trình cập nhật trực tiếp lắng nghe. Để trống thì là SAURO_PORT + 1; 0: không có tiến trình này, trang chỉ đổi khi tải lại.",
        "Port on which the live edge listens. Empty: SAURO_PORT + 1; 0: there is none, and pages change only when they are loaded again.",
    ),
    Setting(
        "SAURO_EDGE_URL",
        "",
        "Địa chỉ công khai của tiến trình cập nhật trực tiếp, ví dụ https://dvc.example/edge sau cùng một máy chủ ủy nhiệm. Để trống thì là http://SAURO_HOST:SAURO_EDGE_PORT; khi SAURO_PUBLIC_URL bắt đầu bằng https:// thì bắt buộc có, nếu không trang chỉ đổi khi tải lại.",
        "Public address of the live edge, for example https://dvc.example/edge behind the same proxy. Empty: http://SAURO_HOST:SAURO_EDGE_PORT; where SAURO_PUBLIC_URL begins with https:// it must be given, or pages change only when they are loaded again.",
    ),
    Setting(
        "SAURO_EDGE_STREAMS",
        "1000",
        "Số luồng trực tiếp mở cùng lúc nhiều nhất; quá số đó thì trả lời 503.",
        "Most live streams that are open at once; beyond it the answer is 503.",
    ),
    Setting(
        "SAURO_EDGE_STREAMS_PER_ADDRESS",
        "200",
        "Số luồng trực tiếp nhiều nhất của một địa chỉ mạng; cả một cơ quan có thể chung một địa chỉ.",
        "Most live streams of one network address; a whole agency may share one.",
    ),
    Setting(
        "SAURO_TRUSTED_PROXIES",
        "0",
        "Số máy chủ ủy nhiệm đứng trước máy chủ trang, mỗi máy ghi thêm một địa chỉ vào X-Forwarded-For. 0: không tin tiêu đề này; sau một máy ủy nhiệm, mọi khách khi đó được đếm chung khi giới hạn số lần đăng nhập.",
        "Number of proxies in front of the page server, each of which adds an address to X-Forwarded-For. 0: this header is not believed; behind a proxy, all visitors are then counted together when sign-in attempts are limited.",
    ),
    Setting(
        "SAURO_RATES",
        "write=120/1200 sign_in=60/600 search=60/600 export=30/300 api=300/1200",
        "Mỗi phút được yêu cầu bao nhiêu lần, theo loại: của một tài khoản / của một địa chỉ mạng (cả một cơ quan có thể chung một địa chỉ); 0 là không giới hạn. Quá mức thì trả lời 429. Đếm trong cơ sở dữ liệu, chung cho mọi máy.",
        "How many requests a minute, by kind: of one account / of one network address (a whole agency may share one); 0 is no limit. Beyond it the answer is 429. Counted in the database, together for all machines.",
    ),
    Setting(
        "SAURO_SECOND_FACTOR",
        "by-profile",
        "Người giữ chức vụ có phải dùng yếu tố thứ hai (khóa truy cập hoặc mã một lần) mới làm việc được không. «by-profile»: bắt buộc, trừ bản trình diễn, nơi chỉ mời dùng.",
        "Whether who holds an office needs a second factor (a passkey or one-time codes) to act. “by-profile”: required, except in a demonstration, where it is offered.",
        ("by-profile", "required", "offered"),
    ),
    Setting(
        "SAURO_OIDC_ISSUER",
        "",
        "Địa chỉ của nơi cấp danh tính OpenID Connect (issuer), ví dụ nơi VNeID hoặc tỉnh cung cấp; trang đăng nhập của nơi đó phải cùng tên máy. Để trống thì không có nút này.",
        "Address (issuer) of the OpenID Connect provider, for example that of VNeID or of the province; its sign-in page must be on the same origin. Empty: there is no such button.",
    ),
    Setting(
        "SAURO_OIDC_NAME",
        "VNeID",
        "Tên của nơi cấp danh tính, ghi trên nút đăng nhập.",
        "Name of the provider, on the sign-in button.",
    ),
    Setting(
        "SAURO_OIDC_CLIENT",
        "",
        "Tên (client_id) mà nơi cấp danh tính đặt cho hệ thống này.",
        "Name (client_id) under which the provider knows this installation.",
    ),
    Setting(
        "SAURO_OIDC_SECRET_FILE",
        "",
        "Tệp chứa mật khẩu (client_secret) với nơi cấp danh tính; chỉ tài khoản chạy hệ thống đọc được. Để trống: chỉ dùng PKCE.",
        "File that holds the secret (client_secret) shared with the provider; readable only by the account that runs the program. Empty: PKCE alone.",
    ),
    Setting(
        "SAURO_OIDC_SCOPE",
        "openid profile",
        "Phạm vi xin nơi cấp danh tính, cách nhau bằng dấu cách.",
        "Scopes asked of the provider, separated by spaces.",
    ),
    Setting(
        "SAURO_OIDC_PERSON_CLAIM",
        "id_number",
        "Tên trường mà nơi cấp danh tính ghi số định danh cá nhân (12 chữ số); người đăng nhập được tìm trong sổ theo số này.",
        "Claim in which the provider gives the personal identity number (12 digits), by which the person is found in the register.",
    ),
    Setting(
        "SAURO_WEB_PROCESSES",
        "1",
        "Số tiến trình phục vụ trang.",
        "Number of processes that serve pages.",
    ),
    Setting(
        "SAURO_WEB_THREADS",
        "4",
        "Số luồng cố định trong mỗi tiến trình phục vụ trang; mỗi luồng giữ một kết nối cơ sở dữ liệu.",
        "Fixed number of threads in each page process; each thread holds one database connection.",
    ),
    Setting(
        "SAURO_WORKERS",
        "1",
        "Số tiến trình nền (niêm phong nhật ký, hẹn giờ, thư, tài liệu).",
        "Number of worker processes (journal sealer, timers, mail, documents).",
    ),
    Setting(
        "SAURO_SEAL_EVERY_MS",
        "200",
        "Khoảng cách giữa hai lần niêm phong sự kiện, tính bằng mili giây; tối đa 250.",
        "Time between two runs of the sealer, in milliseconds; 250 at most.",
    ),
    Setting(
        "SAURO_SMTP_URL",
        "",
        "Máy chủ thư: smtp://tài-khoản:mật-khẩu@máy:587?starttls=1. Để trống thì không gửi thư nào; thông báo chờ trong hộp thư của trang.",
        "Mail server: smtp://user:password@host:587?starttls=1. Empty: no letter is sent; notices wait in the site's inbox.",
    ),
    Setting(
        "SAURO_MAIL_FROM",
        "khong-tra-loi@localhost",
        "Địa chỉ người gửi của thư.",
        "Sender address of letters.",
    ),
    Setting(
        "SAURO_CLAMD",
        "",
        "Bộ quét mã độc clamd: máy:cổng hoặc đường dẫn ổ cắm Unix. Để trống thì bản trình diễn nhận tệp và ghi là chưa quét; các kiểu khác cách ly tệp.",
        "The clamd scanner: host:port or the path of a Unix socket. Empty: a demonstration takes files and marks them as not scanned; other profiles quarantine them.",
    ),
    Setting(
        "SAURO_SIGNER",
        "development",
        "Cổng ký số. «development» là khóa sinh khi cài đặt, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ; chỉ bản trình diễn nhận. «external»: chữ ký từ thiết bị hoặc dịch vụ của người ký.",
        "Signature port. “development” is a key made at install, WITHOUT LEGAL VALUE; only a demonstration accepts it. “external”: the signer's own device or service.",
        ("development", "external"),
    ),
    Setting(
        "SAURO_LANGUAGE",
        "vi",
        "Ngôn ngữ của dòng lệnh và của trang khi người dùng chưa chọn.",
        "Language of the command line, and of pages until the reader chooses.",
        ("vi", "en"),
    ),
    Setting(
        "SAURO_LOG_LEVEL",
        "info",
        "Mức nhật ký.",
        "Level of the log.",
        ("debug", "info", "warning", "error"),
    ),
    Setting(
        "SAURO_TRACES_TO",
        "",
        "Địa chỉ máy thu dấu vết OpenTelemetry (OTLP qua HTTP), ví dụ http://collector:4318. Để trống: không ghi dấu vết nào.",
        "Address of an OpenTelemetry collector (OTLP over HTTP), for example http://collector:4318. Empty: nothing is traced.",
    ),
    Setting(
        "SAURO_DEBUG",
        "no",
        "Trang lỗi chi tiết cho người phát triển; chỉ bản trình diễn nhận.",
        "Detailed error pages for a developer; only a demonstration accepts it.",
        ("yes", "no"),
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in TABLE}


def text(name: str) -> str:
    """Give the setting's value from the environment, or its default.

    Raises WrongSetting when the table restricts the value, and KeyError when the table lacks the name.
    """
    setting = BY_NAME[name]
    value = os.environ.get(name, "").strip() or setting.default
    if setting.choices and value not in setting.choices:
        raise WrongSetting(f"{name} is “{value}”. Set it to one of: {', '.join(setting.choices)}.")
    return value


def number(name: str, least: int, most: int) -> int:
    """Give a whole number between `least` and `most`, or raise WrongSetting."""
    value = text(name)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise WrongSetting(f"{name} is “{value}”. Set it to a whole number from {least} to {most}.")
    return int(value)


def yes(name: str) -> bool:
    """Give a yes-or-no setting."""
    return text(name) == "yes"


def folder(name: str, otherwise: Path) -> Path:
    """Give the setting as an absolute path; `otherwise` where it is empty."""
    value = text(name)
    return Path(value).expanduser().absolute() if value else otherwise
