"""The command that verifies an exported file offline: nothing but the file and what one trusts is needed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import LOG_KEY_PATH, BundleKind
from gateway.log.bundle_verification import BundleError, VerifiedBundle, verify_bundle
from keys.crypto.errors import InvalidInputError, NoteError
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import WitnessPolicy
from keys.crypto.witness_policy_format import MAX_POLICY_BYTES, parse_policy

_KINDS = {
    BundleKind.LOG: "整年日志 / the log of a year",
    BundleKind.EVIDENCE: "选定条目的证据 / evidence of selected entries",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="受信任的公钥（vkey），来自网关信息文件和见证单位 / trusted verifier keys: the log's and its witnesses'",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="受信任的见证规则，须达到其法定数 / trusted witness policy (C2SP tlog-policy), whose quorum is required",
)
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
def verify(file: Path, keys: tuple[str, ...], policy_file: Path | None, *, as_json: bool) -> None:
    """离线校验导出的文件，不需要网关和口令。 / Verify an exported file offline, without gateway or passphrase.

    退出码：0 通过，1 不通过，2 用法有误。 / Exit code: 0 verifies, 1 does not, 2 wrong usage.
    """
    try:
        policy = None if policy_file is None else _read_policy(policy_file)
        trusted = [_parse(key) for key in keys]
        is_own = not trusted and not (policy and policy.logs)
        trusted += [_own_key_of(file)] if is_own else []
        bundle = _verify(file, trusted, policy)
    except BundleError as error:
        if not as_json:
            raise
        click.echo(json.dumps(_members_of_error(error), ensure_ascii=False))
        raise click.exceptions.Exit(1) from None
    except InvalidInputError:
        raise click.UsageError("同一把公钥给了两次 / two of the keys are one") from None
    if as_json:
        click.echo(json.dumps(_members_of_bundle(bundle, trusted=not is_own), ensure_ascii=False))
    else:
        _tell(bundle, trusted[0] if is_own else None)


def _verify(file: Path, trusted: Sequence[VerifierKey], policy: WitnessPolicy | None) -> VerifiedBundle:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("校验条目 / entries", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return verify_bundle(file, trusted, policy=policy, now=datetime.now(UTC), progress=tell)


def _tell(bundle: VerifiedBundle, own_key: VerifierKey | None) -> None:
    click.echo(f"日志 / log {bundle.origin}")
    click.echo(f"{bundle.entries} 条全部校验通过，根 / all entries verify, root {bundle.root_hash.hex()}")
    click.echo(_KINDS[bundle.kind])
    if bundle.disclosures:
        click.echo(
            f"披露 {bundle.disclosures} 项，均属于所在条目 / {bundle.disclosures} disclosures, each of its entry"
        )
    click.echo(f"签名 / signed by: {', '.join(bundle.signers)}")
    for name, signed_at in bundle.witnesses.items():
        click.echo(f"见证 / witnessed by: {name}, {signed_at.isoformat()}")
    if bundle.has_quorum:
        click.echo("见证达到法定数 / the witnesses suffice under the policy")
    if bundle.unknown_signatures:
        click.echo(
            f"另有 {bundle.unknown_signatures} 个签名，公钥未给出，不作数 / "
            f"{bundle.unknown_signatures} more signatures, by keys that were not given, prove nothing"
        )
    if own_key is not None:
        click.echo(
            "以上用的是文件内附的公钥，请与网关信息文件核对 / checked with the key in the file itself; compare it:"
        )
        click.echo(own_key.format())


def _members_of_bundle(bundle: VerifiedBundle, *, trusted: bool) -> dict[str, Any]:
    return {
        "verified": True,
        "trusted_keys_given": trusted,
        "format": str(bundle.kind),
        "origin": bundle.origin,
        "size": bundle.size,
        "root": bundle.root_hash.hex(),
        "entries": bundle.entries,
        "disclosures": bundle.disclosures,
        "signers": list(bundle.signers),
        "witnesses": {name: signed_at.isoformat() for name, signed_at in bundle.witnesses.items()},
        "quorum": bundle.has_quorum,
        "unknown_signatures": bundle.unknown_signatures,
    }


def _members_of_error(error: BundleError) -> dict[str, Any]:
    return {
        "verified": False,
        "code": str(error.code),
        "file": error.where.file,
        "offset": error.where.offset,
        "entry": error.where.entry,
    }


def _parse(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except NoteError:
        raise click.BadParameter("不是公钥 / not a verifier key") from None


def _read_policy(file: Path) -> WitnessPolicy:
    with file.open("rb") as source:
        data = source.read(MAX_POLICY_BYTES + 1)
    try:
        return parse_policy(data)
    except NoteError:
        raise click.BadParameter("不是见证规则 / not a witness policy") from None


def _own_key_of(file: Path) -> VerifierKey:
    with file.open("rb") as source:
        text = BundleFiles(source, file.stat().st_size).read(LOG_KEY_PATH)
    return _parse(text.decode("utf-8", errors="replace").strip())
