; Inno Setup 6: iscc /DVersion=0.1.0 packaging\windows\shrinkscope.iss  (build.ps1 does it)
; Not run yet: see packaging/README.md.

#ifndef Version
  #error Version is given by build.ps1, which reads it from app/__init__.py
#endif

[Setup]
AppId={{6F0C8B0E-6C0B-4C63-9E0B-5A3E4E0D8C51}
AppName=Shrinkscope
AppVersion={#Version}
AppPublisher=Shrinkscope contributors
DefaultDirName={autopf}\Shrinkscope
DefaultGroupName=Shrinkscope
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
UninstallDisplayIcon={app}\shrinkscope.exe
SetupIconFile=..\..\build\package\icons\app.ico
OutputDir=..\..\dist
OutputBaseFilename=shrinkscope-{#Version}-windows-x64
Compression=lzma2/max
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; For everybody with an administrator's consent, for this person alone without.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ChangesAssociations=yes
MinVersion=10.0.17763

[Files]
Source: "..\..\build\package\shrinkscope\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Shrinkscope"; Filename: "{app}\shrinkscope.exe"

[Registry]
; GGUF files can be opened with Shrinkscope; what opens them by default stays the person's choice.
Root: HKA; Subkey: "Software\Classes\Shrinkscope.gguf"; ValueType: string; ValueData: "GGUF language model"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Shrinkscope.gguf\shell\open\command"; ValueType: string; ValueData: """{app}\shrinkscope.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.gguf\OpenWithProgids"; ValueType: string; ValueName: "Shrinkscope.gguf"; ValueData: ""; Flags: uninsdeletevalue
; shrinkscope://… opens a model's page; nothing is downloaded without a question.
Root: HKA; Subkey: "Software\Classes\shrinkscope"; ValueType: string; ValueData: "URL:Shrinkscope"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\shrinkscope"; ValueType: string; ValueName: "URL Protocol"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\shrinkscope\shell\open\command"; ValueType: string; ValueData: """{app}\shrinkscope.exe"" ""%1"""

[Run]
Filename: "{app}\shrinkscope.exe"; Description: "Start Shrinkscope"; Flags: nowait postinstall skipifsilent
