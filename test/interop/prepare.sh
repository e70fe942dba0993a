#!/usr/bin/env bash
# Fetches what the suite runs against, once: Python packages and the jars of delta-spark into .venv. Later runs need no
# network. Fails in CI when something is not here; elsewhere says what, and the tests that need it are skipped.
set -euo pipefail
cd "$(dirname "$0")"
venv=../../.venv

absent() {
  echo "$1: install it, or the tests against $2 are skipped." >&2
  [ "${CI:-}" != true ]
  exit
}

# The stamp says which versions are installed.
stamp=$venv/interop-$(cat requirements.txt pom.xml | cksum | tr ' ' -)
if [ -e "$stamp" ]; then exit; fi
{ python3 -m venv $venv && $venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt; } ||
  absent 'Python 3.10 or later with venv and pip' 'deltalake and Spark'
java -version 2>&1 | grep -qE 'version "(1[7-9]|2[0-9])' || absent 'Java 17 or later' Spark
rm -rf $venv/delta-jars
mvn --quiet --batch-mode --file pom.xml dependency:copy-dependencies -DoutputDirectory="$(cd $venv && pwd)/delta-jars" ||
  absent Maven Spark
touch "$stamp"
