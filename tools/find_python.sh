#!/bin/sh
# Print the newest Python that the pinned packages support, preferring one that can make virtual
# environments. Where there is none, say which line installs one. PYTHON=… chooses by hand.

names="${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}"

for modules in sys,venv,ensurepip sys; do
    for name in $names; do
        "$name" -c "import $modules; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))" \
            >/dev/null 2>&1 && command -v "$name" && exit 0
    done
done

if [ -n "$PYTHON" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.11 to 3.14." >&2
    exit 1
fi

found=$(python3 --version 2>/dev/null || echo "no Python")
ID=
ID_LIKE=
sudo="sudo "
[ "$(id -u)" -eq 0 ] && sudo=
[ -r /etc/os-release ] && . /etc/os-release
case "$(uname -s) $ID $ID_LIKE" in
    Darwin*) command="brew install python@3.13" ;;
    *ubuntu*) command="${sudo}apt-get install -y python3.12 python3.12-venv" ;;
    *debian*) command="${sudo}apt-get install -y python3 python3-venv" ;;
    *fedora* | *rhel* | *centos*) command="${sudo}dnf install -y python3.12" ;;
    *arch*) command="${sudo}pacman -S --needed python" ;;
    *suse*) command="${sudo}zypper install -y python312" ;;
    *) command= ;;
esac
{
    printf 'Shrinkscope needs Python 3.11 to 3.14, and here is %s' "$found"
    if [ -n "$command" ]; then
        printf '; this installs one:\n    %s\n' "$command"
    else
        printf '; install one from python.org or your package manager.\n'
    fi
} >&2
exit 1
