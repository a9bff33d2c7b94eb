# Builds the Windows installer on Windows 10 or 11 with Python 3.11+, Visual Studio's C++ build tools
# and Inno Setup 6. Not run yet: see packaging/README.md.
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")

$venv = "build\package\venv"
$python = "$venv\Scripts\python.exe"
if (-not (Test-Path $python)) { py -3 -m venv $venv }

# One engine for every x64 processor; the engine host loads the backend that fits.
$env:CMAKE_ARGS = "-DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON -DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF"
& $python -m pip install -c constraints.txt -r packaging\requirements.txt --no-binary llama-cpp-python ".[gpu]"
if ($LASTEXITCODE) { throw "pip failed" }

& $python packaging\installers\icons.py build\package\icons
& $python -m PyInstaller --noconfirm --workpath build\package\work --distpath build\package packaging\shrinkscope.spec
if ($LASTEXITCODE) { throw "PyInstaller failed" }
& build\package\shrinkscope\shrinkscope-console.exe compare --demo --prompt "What is 47 + 38?"
if ($LASTEXITCODE) { throw "the frozen program does not answer" }

$version = & $python -c "from app import __version__; print(__version__)"
& "${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe" "/DVersion=$version" packaging\windows\shrinkscope.iss
