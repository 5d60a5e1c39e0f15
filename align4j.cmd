@echo off
rem Builds what is missing, then runs the command line with the JVM flags it needs. Works from any folder.
rem "align4j jmh" runs the benchmarks' module instead.
setlocal EnableExtensions DisableDelayedExpansion
set "root=%~dp0"
if "%root:~-1%"=="\" set "root=%root:~0,-1%"
set "java=java.exe"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
set "settings=%TEMP%\align4j-%RANDOM%%RANDOM%.txt"
"%java%" -XshowSettings:properties -version >nul 2>"%settings%"
if errorlevel 1 (
  del "%settings%" 2>nul
  echo align4j: no Java found; install JDK 17 or newer, and set JAVA_HOME or PATH >&2
  exit /b 1
)
set "version="
for /f "tokens=3" %%v in ('findstr /c:"java.specification.version =" "%settings%"') do set "version=%%v"
del "%settings%"
set "feature=0"
for /f "delims=." %%v in ("%version%") do set "feature=%%v"
if %feature% LSS 17 (
  echo align4j: Java %version% is too old; 17 is the oldest that works >&2
  exit /b 1
)
set "module=examples"
if "%~1"=="jmh" set "module=jmh-benchmarks"
rem The one line of the file that is no comment.
set "newer="
if %feature% GEQ 24 for /f "usebackq eol=# delims=" %%f in ("%root%\launcher\jvm-24.args") do set "newer=%%f"
set "target=%root%\%module%\target"
set "ALIGN4J_ROOT=%root%"
set "ALIGN4J_STAMP=%target%\.built"
powershell -NoProfile -NonInteractive -Command "$stamp = Get-Item -LiteralPath $env:ALIGN4J_STAMP -ErrorAction SilentlyContinue; if (-not $stamp) { exit 1 }; $root = $env:ALIGN4J_ROOT; $files = @(Get-Item (Join-Path $root 'pom.xml'), (Join-Path $root '*\pom.xml')) + @(Get-ChildItem (Join-Path $root '*\src\main') -Recurse -File); if (@($files | Where-Object { $_.LastWriteTime -gt $stamp.LastWriteTime }).Count) { exit 1 }; exit 0"
if not errorlevel 1 goto built
where mvn >nul 2>nul
if errorlevel 1 (
  echo align4j: no Maven found; install it and put its bin folder on the PATH >&2
  exit /b 1
)
echo align4j: building (first time: a few minutes, mostly downloads) >&2
pushd "%root%"
call mvn -q -B -pl %module% -am -Dmaven.test.skip=true -Dspotless.check.skip=true -Djacoco.skip=true package 1>&2
if errorlevel 1 (
  popd
  exit /b 1
)
popd
type nul >"%ALIGN4J_STAMP%"
:built
rem OpenBLAS's idle threads spin for some 20 ms by default and take the processors from the other kernels.
if not defined OPENBLAS_THREAD_TIMEOUT set "OPENBLAS_THREAD_TIMEOUT=4"
if "%~1"=="jmh" goto jmh
"%java%" "@%root%\launcher\jvm.args" %newer% %ALIGN4J_JAVA_OPTS% -cp "%target%\classes;%target%\lib\*" org.align4j.examples.cli.Launch %*
exit /b %ERRORLEVEL%

:jmh
set rest=
:next
shift
if [%1]==[] goto benchmarks
set rest=%rest% %1
goto next
:benchmarks
rem Its forked JVMs start without Launch.
"%java%" "@%root%\launcher\jvm.args" %newer% --add-modules jdk.incubator.vector %ALIGN4J_JAVA_OPTS% -cp "%target%\classes;%target%\lib\*" org.align4j.jmh.Jmh %rest%
exit /b %ERRORLEVEL%
