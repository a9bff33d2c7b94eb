#!/bin/sh
# Builds Shrinkscope.app and a .pkg of it on macOS 13 or newer with Xcode's command line tools and
# Python 3.11+. Not run yet: see packaging/README.md.
# CODESIGN="Developer ID Application: …" signs the app, INSTALLER="Developer ID Installer: …" the .pkg.
set -eu
cd "$(dirname "$0")/../.."

venv=build/package/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"

# Metal is part of llama.cpp's build on macOS by itself.
CMAKE_ARGS="-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF" "$venv/bin/python" -m pip install \
    -c constraints.txt -r packaging/requirements.txt --no-binary llama-cpp-python .

"$venv/bin/python" packaging/installers/icons.py build/package/icons
"$venv/bin/python" -m PyInstaller --noconfirm \
    --workpath build/package/work --distpath build/package packaging/shrinkscope.spec
app=build/package/Shrinkscope.app
"$app/Contents/MacOS/shrinkscope" compare --demo --prompt "What is 47 + 38?"

if [ -n "${CODESIGN:-}" ]; then
    codesign --force --deep --options runtime --timestamp \
        --entitlements packaging/macos/entitlements.plist --sign "$CODESIGN" "$app"
fi
version=$("$venv/bin/python" -c "from app import __version__; print(__version__)")
mkdir -p dist
pkgbuild --component "$app" --install-location /Applications --version "$version" \
    --identifier org.shrinkscope.Shrinkscope ${INSTALLER:+--sign "$INSTALLER"} \
    "dist/shrinkscope-$version-macos-$(uname -m).pkg"
