"""What is in deploy/ fits the project, and those who read it accept it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from backend.config import Settings
from backend.config.production_checks import REQUIRED, find_setting_errors
from tests.backend.test_config import GOOD
from tests.deploy.play_containerfile import list_copied_files, read_environment, read_instructions

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FOR_COMPOSE = {"MEMBERLINE_HOST", "POSTGRES_PASSWORD", "FILES_DIR"}


def program(name: str, package: str) -> str:
    """Where it is. Skips the test where it is not installed; under CI that is a failure."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found:
        return found
    message = f"{name} is missing (Debian: apt-get install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def run(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"], **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").iterdir():
        # the program is not installed here
        text = unit.read_text().replace("/opt/memberline/.venv/bin/memberline", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    run([program("systemd-analyze", "systemd"), "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))])


def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
    run([program("openssl", "openssl"), "req", "-x509", "-subj", "/CN=assistant.coop.example", *made])
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"ssl_certificate .*;", f"ssl_certificate {certificate};", text)
    text = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", text)
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {text} }}"
    (tmp_path / "nginx.conf").write_text(whole)
    run([program("nginx", "nginx-light"), "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    run(
        [program("caddy", "caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        MEMBERLINE_HOST="assistant.coop.example",
        MEMBERLINE_UPSTREAM="127.0.0.1:8080",
        HOME=str(tmp_path),
    )


def test_prometheus_accepts_the_rules_and_they_fire_when_they_should() -> None:
    promtool = program("promtool", "prometheus")
    run([promtool, "check", "rules", str(DEPLOY / "monitoring" / "alerts.yml")])
    run([promtool, "test", "rules", str(Path(__file__).with_name("alerts.test.yml"))])


def test_the_example_names_settings_that_there_are_and_all_that_are_required() -> None:
    text = re.sub(r"^#(?=[A-Z_]+=)", "", (DEPLOY / "memberline.env.example").read_text(), flags=re.MULTILINE)
    (names := set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))).difference_update(FOR_COMPOSE)
    assert names <= Settings.names()
    assert set(REQUIRED) <= names


def test_settings_of_the_folders_are_where_the_units_and_the_container_may_write() -> None:
    example = re.sub(r"^#(?=[A-Z_]+=)", "", (DEPLOY / "memberline.env.example").read_text(), flags=re.MULTILINE)
    folders = [value for name, value in re.findall(r"^([A-Z_]+_DIR)=(\S+)", example, flags=re.MULTILINE)]
    assert len(folders) == 4
    assert {Path(folder).parts[:3] for folder in folders} == {("/", "srv", "memberline")}
    for unit in ("memberline.service", "memberline-backup.service"):  # the backup's start checks the settings too
        lines = (DEPLOY / "systemd" / unit).read_text()
        assert re.search(r"^ReadWritePaths=.*-/srv/memberline$", lines, re.MULTILINE), unit
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("app", "backup"):
        assert "${FILES_DIR:-files}:/srv/memberline" in services[name]["volumes"], name


def test_the_command_line_runs_as_the_service_does() -> None:
    unit = (DEPLOY / "systemd" / "memberline.service").read_text()
    script = (DEPLOY / "bin" / "memberline").read_text()
    run([program("sh", "dash"), "-n", str(DEPLOY / "bin" / "memberline")])
    for line in re.findall(r"^Environment=(MEMBERLINE_\w+=\S+)", unit, re.MULTILINE):
        assert f"--setenv={line}" in script
    for name in ("EnvironmentFile", "StateDirectory", "StateDirectoryMode", "UMask"):
        [value] = re.findall(rf"^{name}=(\S+)", unit, re.MULTILINE)
        assert f"--property={name}={value}" in script


def test_the_example_left_empty_is_refused_by_name() -> None:
    given = {name: value for name, value in read_environment(DEPLOY / "memberline.env.example").items() if value}
    assert set(REQUIRED) - {"PUBLIC_URL"} <= set(find_setting_errors(given))


def test_compose_starts_processes_with_settings_that_there_are() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    app, engine = services["app"]["environment"], services["engine"]["environment"]
    assert set(app) <= Settings.names()
    assert engine.keys() == {"TRACKER_DB_URL", "ACTION_ENDPOINT_URL"}
    assert services["engine"]["network_mode"] == services["app"]["network_mode"] == "service:pod"
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    password = "Vg7-hK2wQz"
    filled = {name: value.replace("${POSTGRES_PASSWORD:?}", password) for name, value in app.items()}
    assert Settings.from_env({**GOOD, **filled, "MEMBERLINE_RUNTIME_DIR": "/tmp"}).production


def test_the_image_gets_all_that_runs_and_nothing_that_is_secret() -> None:
    copied = list_copied_files()
    for name in ("Makefile", "uv.lock", "engine/uv.lock", "coop.toml", "domain.yml", "bot/app.py", "README.md"):
        assert name in copied
    assert not [name for name in copied if name.startswith(("tests/", "var/", ".git/")) or name == "memberline.env"]
    instructions = dict(read_instructions())
    assert instructions["USER"] == "memberline"
    assert instructions["COPY"] == ". ."


def test_the_dashboard_and_the_rules_use_metrics_that_there_are() -> None:
    from bot.web.metrics import Metrics

    known = {
        sample
        for family in Metrics().registry.collect()
        for sample in (family.name, *(family.name + end for end in ("_total", "_bucket", "_count", "_sum")))
    }
    dashboard = json.loads((DEPLOY / "monitoring" / "grafana-dashboard.json").read_text())
    rules = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yml").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    named = {name for text in asked for name in re.findall(r"\bmemberline_[a-z_]+", text)}
    assert named
    assert named <= known


def test_no_metric_has_a_label_that_prometheus_sets_itself() -> None:
    from bot.web.metrics import Metrics

    labels = {name for metric in Metrics().registry._collector_to_names for name in metric._labelnames}
    assert "job_name" in labels
    assert not labels & {"job", "instance"}
    text = (DEPLOY / "monitoring" / "alerts.yml").read_text()
    assert not re.search(r"memberline_\w+\{job=|by \(job\)", text)


def test_prometheus_accepts_the_scrape_configuration_of_the_docs(tmp_path: Path) -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", (DEPLOY.parent / "docs" / "monitoring.md").read_text(), re.DOTALL)
    (tmp_path / "prometheus.yml").write_text(block)
    run([program("promtool", "prometheus"), "check", "config", "--syntax-only", str(tmp_path / "prometheus.yml")])
    [scraped] = yaml.safe_load(block)["scrape_configs"]
    assert f'up{{job="{scraped["job_name"]}"}}' in (DEPLOY / "monitoring" / "alerts.yml").read_text()
