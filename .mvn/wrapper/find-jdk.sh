# Sourced by ./mpp and ./mvnw: sets JAVA_HOME to a JDK of at least the release MPP is built for.
# Reads the `release` file every JDK carries, so that looking costs no JVM start.

mpp_java_release=25

# jdk_release DIR: leaves the feature release of the JDK in DIR in $REPLY, or fails.
jdk_release() {
  local line
  REPLY=
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^JAVA_VERSION=\"?(1\.)?([0-9]+) ]]; then
      REPLY=${BASH_REMATCH[2]}
      return 0
    fi
  done <"$1/release"
  return 1
}

# find_jdk: JAVA_HOME, then the java on PATH, then where JDKs are usually installed. The oldest
# suitable release of the last wins, because it is the one MPP is tested with.
find_jdk() {
  local dir best= best_release=999 on_path seen=
  if [[ -n ${JAVA_HOME:-} ]]; then
    if jdk_release "$JAVA_HOME"; then
      ((REPLY >= mpp_java_release)) && return 0
      seen+="  JDK $REPLY in $JAVA_HOME (JAVA_HOME)"$'\n'
    else
      seen+="  no JDK in $JAVA_HOME (JAVA_HOME)"$'\n'
    fi
  fi
  if on_path=$(command -v javac) && on_path=$(readlink -f "$on_path" 2>/dev/null); then
    dir=${on_path%/bin/javac}
    if jdk_release "$dir"; then
      if ((REPLY >= mpp_java_release)); then
        export JAVA_HOME=$dir
        return 0
      fi
      seen+="  JDK $REPLY in $dir (PATH)"$'\n'
    fi
  fi
  for dir in /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/java/* /opt/*/jdk* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    jdk_release "$dir" || continue
    if ((REPLY >= mpp_java_release && REPLY < best_release)); then
      best=$dir best_release=$REPLY
    elif ((REPLY < mpp_java_release)) && [[ $seen != *" $dir"* && ! -L $dir ]]; then
      seen+="  JDK $REPLY in $dir"$'\n'
    fi
  done
  if [[ -n $best ]]; then
    export JAVA_HOME=$best
    return 0
  fi
  {
    echo "MPP needs a JDK $mpp_java_release or newer (a full JDK: with javac), and none was found."
    [[ -n $seen ]] && printf 'Found, but not usable:\n%s' "$seen"
    echo "Get one, for example:"
    echo "  https://adoptium.net/temurin/releases/?version=$mpp_java_release   (packages and archives)"
    echo "  curl -s https://get.sdkman.io | bash && sdk install java $mpp_java_release-tem"
    echo "and set JAVA_HOME to its folder when it is not in a usual place."
  } >&2
  return 1
}
